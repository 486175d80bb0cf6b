import { expect, test } from 'vitest';
import { bootOnce } from '../fixtures/repeated-boot.ts';

test.each(['stock', 'small'] as const)('runs of Linux with the same input are identical: %s', async (kernel) => {
  for (let recording = 0; recording < 5; recording++) {
    const first = await bootOnce(kernel);
    if (!first) throw new Error(`the ${kernel} kernel has not been built`);
    for (let repetition = 0; repetition < 3; repetition++) {
      expect(await bootOnce(kernel, first.inputs)).toEqual(first);
    }
  }
});

test.each([
  ['stock', 1],
  ['stock', 100],
  ['small', 1],
  ['small', 1000],
] as const)('the %s kernel, compiled after %d jumps, is where the interpreter is', async (kernel, threshold) => {
  const compiled = await bootOnce(kernel, undefined, { kind: 'sync', threshold });
  if (!compiled) throw new Error(`the ${kernel} kernel has not been built`);
  expect(await bootOnce(kernel, compiled.inputs, { kind: 'off', threshold: 1 })).toEqual(compiled);
});
