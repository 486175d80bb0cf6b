import { expect, test } from 'vitest';
import { AGENT_PORT, channelsOf, isChannel, MAX_TERMINALS } from './channels.ts';

test('a machine has its UART, the terminals asked for, and a port for an agent if that is wanted', () => {
  expect(channelsOf({ terminals: 1, agent: false })).toEqual(['ttyS0', 'hvc0']);
  expect(channelsOf({ terminals: 2, agent: true })).toEqual(['ttyS0', 'hvc0', 'hvc1', AGENT_PORT]);
  expect(channelsOf({ terminals: MAX_TERMINALS, agent: false })).toHaveLength(1 + MAX_TERMINALS);
  for (const terminals of [0, MAX_TERMINALS + 1, 1.5]) {
    expect(() => channelsOf({ terminals, agent: true })).toThrow(RangeError);
  }
});

test('names from outside are looked up', () => {
  expect(['hvc3', 'ttyS0', AGENT_PORT].every(isChannel)).toBe(true);
  expect(['hvc4', 'tty', 'constructor', ''].some(isChannel)).toBe(false);
});
