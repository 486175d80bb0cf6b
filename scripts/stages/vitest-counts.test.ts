import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const REPORTER = fileURLToPath(new URL('vitest-counts.mjs', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inn-counts-'));
  symlinkSync(MODULES, path.join(folder, 'node_modules'), 'junction');
  writeFileSync(
    path.join(folder, 'some.test.mjs'),
    `import { describe, expect, it } from 'vitest';
    it('holds', () => {});
    describe('group', () => {
      it('fails', () => expect(1).toBe(2));
      it('cannot run here', (context) => context.skip('no such device'));
    });
    it('leaks', () => { Promise.reject(new Error('nobody waits for me')); });`,
  );
  writeFileSync(path.join(folder, 'broken.test.mjs'), `throw new Error('broken file');`);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('counts what passed, failed, could not be loaded and was skipped', () => {
  const output = path.join(folder, 'counts.json');
  const args = [path.join(MODULES, 'vitest/vitest.mjs'), 'run', `--root=${folder}`, `--reporter=${REPORTER}`];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, env: { ...process.env, INN_COUNTS: output } });
  expect(status).not.toBe(0);
  const { passed, failed, skipped } = JSON.parse(readFileSync(output, 'utf8'));
  expect(passed).toBe(2);
  expect(failed.toSorted()).toEqual([
    expect.stringContaining('broken.test.mjs: broken file'),
    'error outside of a test: nobody waits for me',
    'some.test.mjs > group > fails',
  ]);
  expect(skipped).toEqual([{ name: 'some.test.mjs > group > cannot run here', reason: 'no such device' }]);
});
