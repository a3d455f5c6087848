/** Who takes part in the tests. Passwords are made anew for every server. */
export const people = {
  wang: { name: '王小明', role: 'USER' },
  li: { name: '李工', role: 'USER' },
  chen: { name: '陳工', role: 'USER' },
  auditor: { name: '周稽核', role: 'AUDITOR' },
  wu: { name: '吳小華', role: 'USER' }, // the one whose account is changed
  boss: { name: '林廠長', role: 'ADMIN' }, // "admin" is the account that the first start makes
} as const;

export type Username = keyof typeof people;

/** What the server of a worker tells its tests, through the environment. */
export interface Plant {
  url: string;
  accounts: Record<Username, { userId: string; password: string }>;
}

export function plant(): Plant {
  const text = process.env.E2E_PLANT;
  if (text === undefined) throw new Error('E2E_PLANT is not set: no server has been started');
  return JSON.parse(text) as Plant;
}
