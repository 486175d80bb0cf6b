import { expect, test } from 'vitest';
import { bootOnce } from '../fixtures/repeated-boot.ts';

test('two runs of Linux with the same input are identical at every million instructions', async (context) => {
  const first = await bootOnce('small');
  if (!first) return context.skip('the small kernel has not been built');
  expect(first.output).toMatch(/\b1\r?\n/);
  expect(first.inputs.length).toBeGreaterThanOrEqual(5);
  expect(first.checkpoints.length).toBeGreaterThan(30);
  const second = await bootOnce('small', first.inputs);
  expect(second?.checkpoints).toEqual(first.checkpoints);
  expect(second?.output).toBe(first.output);
  expect(second?.inputs).toEqual(first.inputs);
});
