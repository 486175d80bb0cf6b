import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundledGuestFolder } from './resources.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-resources-'));
afterAll(() => rmSync(root, { recursive: true }));

it('is beside the archive that the code is in', () => {
  mkdirSync(path.join(root, 'with/guest'), { recursive: true });
  expect(bundledGuestFolder(path.join(root, 'with/app.asar/build/js/main/a.js'))).toBe(path.join(root, 'with/guest'));
});

it('is missing where nothing was packaged', () => {
  expect(bundledGuestFolder(path.join(root, 'without/app.asar/build/js/main/a.js'))).toBeUndefined();
  expect(bundledGuestFolder(path.join(root, 'build/js/main/a.js'))).toBeUndefined();
  expect(bundledGuestFolder()).toBeUndefined();
});
