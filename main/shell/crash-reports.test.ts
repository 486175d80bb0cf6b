import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeCrashReport } from './crash-reports.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-crash-'));
afterAll(() => rmSync(root, { recursive: true }));
const facts = { version: '1.2.3', electron: '45.0.0', platform: 'linux x64' };

it('says what failed where', () => {
  const file = writeCrashReport(path.join(root, 'a'), new Error('out of luck'), facts);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^Innkeeper 1\.2\.3, Electron 45\.0\.0, linux x64\n/);
  expect(text).toContain('Error: out of luck\n    at ');
});

it('keeps the newest', () => {
  const folder = path.join(root, 'b');
  for (let n = 0; n < 25; n++) writeCrashReport(folder, `failure ${n}`, facts, new Date(1.7e12 + n * 1000));
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(20);
  expect(readFileSync(path.join(folder, names.at(-1) ?? ''), 'utf8')).toContain('failure 24');
  expect(readFileSync(path.join(folder, names[0] ?? ''), 'utf8')).toContain('failure 5');
});
