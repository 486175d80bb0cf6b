import { defineConfig } from 'vitest/config';

/** `npm run test:long` runs the soak and long fuzz files and nothing else; all other runs leave them out. */
const long = process.env.INN_LONG === '1';
const exclude = ['**/node_modules/**', '**/build/**', ...(long ? [] : ['**/*.long.test.ts'])];
const suffix = long ? '**/*.long.test.ts' : '**/*.test.ts';
const MINUTE = 60_000;

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            `{main,shared,renderer,scripts}/${suffix}`,
            ...(long ? [] : ['tests/*.test.ts', 'tests/contract/**/*.test.ts', 'tests/perf/**/*.test.ts']),
          ],
          exclude,
          testTimeout: long ? 30 * MINUTE : 20_000,
        },
      },
      {
        // The tests of the interpreter once more, with every jump compiled
        test: {
          name: 'jit',
          include: [`main/engines/riscv/{hart,mmu}/${suffix}`],
          exclude,
          env: { INN_COMPILE_AT: '1' },
        },
      },
      {
        test: {
          name: 'differential',
          include: [`tests/differential/${suffix}`],
          exclude,
          testTimeout: long ? 120 * MINUTE : 2 * MINUTE,
          hookTimeout: 2 * MINUTE,
        },
      },
      {
        test: {
          name: 'boot',
          include: [`tests/boot/${suffix}`],
          exclude,
          // A guest uses every core it may have: two at once would measure each other.
          fileParallelism: false,
          testTimeout: long ? 120 * MINUTE : 5 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [`tests/e2e/${suffix}`],
          exclude,
          fileParallelism: false,
          testTimeout: 3 * MINUTE,
          hookTimeout: 2 * MINUTE,
        },
      },
      {
        test: {
          name: 'package',
          include: [`tests/package/${suffix}`],
          exclude,
          fileParallelism: false,
          testTimeout: 5 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
    ],
  },
});
