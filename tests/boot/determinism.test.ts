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

test('Linux is in the same state at every million instructions, interpreted and compiled', async (context) => {
  const compiled = await bootOnce('small', undefined, { kind: 'sync', threshold: 20 });
  if (!compiled) return context.skip('the small kernel has not been built');
  expect(compiled.checkpoints.length).toBeGreaterThan(30);
  const interpreted = await bootOnce('small', compiled.inputs, { kind: 'off', threshold: 1 });
  expect(interpreted?.checkpoints).toEqual(compiled.checkpoints);
  expect(interpreted?.output).toBe(compiled.output);
});
