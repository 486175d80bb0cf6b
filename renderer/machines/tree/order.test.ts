import { expect, test } from 'vitest';
import { heirOf, type Order, spotOf } from './order.ts';

const order: Order = [
  { id: 'a', group: '' },
  { id: 'b', group: '' },
  { id: 'c', group: 'Lab' },
  { id: 'd', group: 'Lab' },
];
/** What is chosen after `id` has gone. */
const heir = (id: string, of: Order = order) => {
  const spot = spotOf(of, id);
  if (!spot) throw new Error(`${id} is not there`);
  return heirOf(
    of.filter((row) => row.id !== id),
    spot,
  );
};

test('the next takes the place of one that went away', () => {
  expect(heir('a')).toBe('b');
  expect(heir('c')).toBe('d');
});

test('the one above, where the last of a group went away', () => {
  expect(heir('b')).toBe('a');
  expect(heir('d')).toBe('c');
});

test('another group, where a group has gone with its only machine', () => {
  expect(heir('a', [{ id: 'a', group: '' }, ...order.slice(2)])).toBe('c');
  expect(heir('d', [...order.slice(0, 2), { id: 'd', group: 'Lab' }])).toBe('b');
  expect(heir('a', order.slice(0, 1))).toBeUndefined();
});
