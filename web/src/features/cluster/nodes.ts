import type { Node } from '@/api/types';

/** How people call a node: by its address, or by the end of its id where it has none. */
export function nameOf(node: Pick<Node, 'node_id' | 'address'>): string {
  return node.address === '' ? `…${node.node_id.slice(-12)}` : node.address;
}

/** Whether a node takes rooms and sockets, its own and those that others leave. */
export function serves({ state }: Pick<Node, 'state'>): boolean {
  return state === 'up' || state === 'suspect';
}

/** Whether another node could take over what this one leaves. */
export function hasTaker(nodes: readonly Node[], node: Node): boolean {
  return nodes.some((other) => other.node_id !== node.node_id && serves(other));
}

/** The names of the nodes that this one does not hear; those that have left are no news. */
export function unheardBy(nodes: readonly Node[], node: Node): string[] {
  return nodes.filter((other) => node.unreachable.includes(other.node_id)).map(nameOf);
}

/** What a node counts, in the order of the columns. */
export const columns = [
  ['rooms', 'rooms'],
  ['connections', 'connections'],
  ['queue', 'batches_waiting'],
  ['takeovers', 'takeovers'],
  ['fenced', 'fenced'],
] as const;
