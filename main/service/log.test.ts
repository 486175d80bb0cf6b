import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openLog } from './log.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-log-'));
afterAll(() => rmSync(root, { recursive: true }));

it('keeps the last few files, each within its limit', () => {
  const folder = path.join(root, 'rotated');
  const file = path.join(folder, 'host.log');
  const log = openLog(file, { bytes: 1000, old: 2 });
  for (let n = 0; n < 100; n++) log.info({ n }, 'something happened');
  expect(readdirSync(folder).sort()).toEqual(['host.log', 'host.log.1', 'host.log.2']);
  for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).size).toBeLessThanOrEqual(1000);
  const lines = ['host.log.2', 'host.log.1', 'host.log'].flatMap((name) =>
    readFileSync(path.join(folder, name), 'utf8').trim().split('\n'),
  );
  const numbers = lines.map((line) => (JSON.parse(line) as { n: number }).n);
  expect(numbers).toEqual(numbers.map((_, index) => 100 - numbers.length + index));
});

it('goes on where it was, and has what was said at once', () => {
  const file = path.join(root, 'again', 'host.log');
  openLog(file).info('one');
  openLog(file).error('two');
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('that cannot be written holds nothing up', () => {
  const folder = path.join(root, 'blocked');
  const log = openLog(path.join(folder, 'host.log'));
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  expect(() => log.info('nobody will know')).not.toThrow();
});
