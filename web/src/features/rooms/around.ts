/** The place among so many that a step comes to: below the first and beyond the last they go round. */
export function around(step: number, count: number): number {
  return count === 0 ? 0 : ((step % count) + count) % count;
}
