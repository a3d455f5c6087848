import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types';
import { deviceOf } from './device';

/** Characters of a program's own name for itself that are worth showing. */
const longest = 60;

/** Gives a session the name of its device. */
export function useDeviceName(): (session: Session) => string {
  const { t } = useTranslation();
  return ({ user_agent: agent }) => {
    const { browser, system } = deviceOf(agent);
    if (browser !== undefined && system !== undefined) return t('access.device', { browser, system });
    return (browser ?? system ?? agent.slice(0, longest)) || t('access.unknownDevice');
  };
}
