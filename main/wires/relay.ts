import type { Wire } from '../../shared/rpc/wire.ts';

/**
 * Joins two wires, message by message, without looking into them; when one closes so does the other. Keeps nothing itself: what
 * a wire cannot pass on fast enough waits in that wire, which bounds it.
 */
export function relay(one: Wire, other: Wire): void {
  one.onMessage((message) => other.send(message));
  other.onMessage((message) => one.send(message));
  one.onClose(() => other.close());
  other.onClose(() => one.close());
}
