import { beforeEach, expect, test } from 'vitest';
import { BareHart, PROGRAM, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { openGuestRam } from '../memory/guest-ram.ts';
import { PAGE_SIZE, REGISTER, registersOf } from '../memory/layout.ts';
import { MachineDigest } from './digest.ts';

const DATA = RAM + 0x1_0000n;
/** sd x1, 0(x10) */
const STORE = 0x0015_3023;

function make() {
  const m = new BareHart();
  const ram = openGuestRam(m.memory, m.layout);
  const digest = new MachineDigest(m.memory, m.layout, m.hart);
  const write = (address: bigint, ...bytes: number[]) => ram.span(Number(address), bytes.length, 'write')?.set(bytes);
  return { m, write, digest };
}

let a: ReturnType<typeof make>;
let b: ReturnType<typeof make>;
beforeEach(() => {
  [a, b] = [make(), make()];
});

test('equal machines have equal digests, and one at rest keeps its own', () => {
  const first = a.digest.take(0);
  expect(first).toMatch(/^[0-9a-f]{40}$/);
  expect(b.digest.take(0)).toBe(first);
  expect(a.digest.take(0)).toBe(first);
});

test('a byte anywhere in RAM counts', () => {
  const seen = new Set([a.digest.take(0)]);
  const last = RAM + BigInt(a.m.layout.ramSize) - 1n;
  for (const address of [RAM, DATA, DATA + BigInt(PAGE_SIZE) - 1n, DATA + BigInt(PAGE_SIZE), last]) {
    a.write(address, 1);
    seen.add(a.digest.take(0));
  }
  expect(seen.size).toBe(6);
});

test('what was written counts, not how often', () => {
  a.write(DATA, 1);
  a.digest.take(0);
  a.write(DATA, 2);
  a.write(DATA + 4096n, 0);
  b.write(DATA, 2);
  b.write(DATA + 4096n, 7);
  b.digest.take(0);
  b.write(DATA + 4096n, 0);
  expect(a.digest.take(0)).toBe(b.digest.take(0));
});

test('a store of the hart counts, also to a page that it has just written', () => {
  const { m, digest } = a;
  m.poke(PROGRAM, STORE, STORE, STORE);
  m.hart.setX(10, DATA);
  const seen = new Set<string>();
  for (let i = 1n; i <= 3n; i++) {
    m.hart.setX(1, i);
    m.run(1);
    seen.add(digest.take(0));
    // As if it had not run, but for the store
    m.hart.set('pc', PROGRAM);
    m.hart.set('steps', 0n);
    m.hart.setX(1, 0n);
    seen.add(digest.take(0));
  }
  expect(seen.size).toBe(6);
});

test.each([
  ['a register', (m: BareHart) => m.hart.setX(31, 1n)],
  ['a floating-point register', (m: BareHart) => m.hart.setF(0, 1n)],
  ['the program counter', (m: BareHart) => m.hart.set('pc', PROGRAM + 4n)],
  ['a CSR', (m: BareHart) => m.hart.set('sscratch', 1n)],
])('%s counts', (_, change) => {
  const before = a.digest.take(0);
  change(a.m);
  expect(a.digest.take(0)).not.toBe(before);
});

test('the time counts', () => {
  expect(a.digest.take(1)).not.toBe(b.digest.take(2));
});

test('how often compiled code was entered does not count, nor what was written to x0', () => {
  const before = a.digest.take(0);
  a.m.hart.set('compiledEntries', 1n);
  a.m.hart.set('data', 1n);
  expect(a.digest.take(0)).toBe(before);
  a.m.view.setBigUint64(registersOf(0) + REGISTER.sink, 1n, true);
  expect(a.digest.take(0)).toBe(before);
});
