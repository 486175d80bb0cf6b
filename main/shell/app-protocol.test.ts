import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAppFiles } from './app-protocol.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-app-'));
const folder = path.join(root, 'renderer');
let get: Awaited<ReturnType<typeof openAppFiles>>;

beforeAll(async () => {
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(path.join(folder, 'assets/a b.js'), 'export {}');
  writeFileSync(path.join(root, 'secret.json'), '{}');
  get = await openAppFiles(folder);
});
afterAll(() => rmSync(root, { recursive: true }));

it('serves the page, under a policy that lets nothing in from outside', async () => {
  const { status, headers, body } = await get('app://innkeeper/#/machine/x');
  expect(status).toBe(200);
  expect(Buffer.from(body).toString()).toBe('<!doctype html>');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
});

it('knows the types of files', async () => {
  expect(await get('app://innkeeper/assets/a%20b.js')).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/javascript; charset=utf-8' },
  });
});

it.each([
  'app://innkeeper/../secret.json',
  'app://innkeeper/%2e%2e/secret.json',
  'app://innkeeper/..%2fsecret.json',
  'app://innkeeper/assets',
  'app://innkeeper/%',
  'app://innkeeper/none.js',
])('has nothing at %s', async (address) => {
  expect((await get(address)).status).toBe(404);
});
