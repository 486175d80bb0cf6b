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
