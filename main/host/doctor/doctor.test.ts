import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { check } from '../../../shared/contract/host.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { bundle } from './bundle.ts';
import { type DoctorFacts, runChecks } from './doctor.ts';
import { redactor } from './redact.ts';
import { runCheck } from './report.ts';

let home: string;
let facts: DoctorFacts;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(tmpdir(), 'inn-ann-'));
  const dataFolder = path.join(home, 'data');
  await fs.mkdir(dataFolder);
  facts = {
    ...{ dataFolder, version: '1.2.3', kind: 'background' },
    machines: () => [machine('abcdefghijkl', 'web', 'running'), machine('mnopqrstuvwx', 'db', 'aborted')],
    notices: () => [],
    readyKernels: async () => ['small'],
  };
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

function machine(id: string, name: string, state: Machine['state']): Machine {
  const settings: Machine['settings'] = {
    ...{ name, description: '', group: '', cores: 1, memory: 2 ** 28, boot: { kind: 'linux', kernel: 'small' } },
    ...{ commandLine: '', consoles: 1, transport: 'pci' },
  };
  return {
    ...{ id, state, settings, since: 0, revision: 1, createdAt: 0, active: state === 'running' ? settings : null },
    ...{ folder: path.join(home, 'data', 'machines', id), consoles: [], failure: null, bootMs: null },
  };
}

async function write(name: string, content: string): Promise<void> {
  const file = path.join(facts.dataFolder, name);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, content);
}

async function unpacked(): Promise<Record<string, string>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bundle(facts, home)) pieces.push(piece);
  const files = unzipSync(Buffer.concat(pieces));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

test('every check has something to say, and a next step unless it is well', async () => {
  const checks = await runChecks(facts);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  for (const each of checks) {
    expect(check.parse(each)).toEqual(each);
    expect(each.text).not.toBe('');
    expect(each.nextStep === null).toBe(each.status === 'ok');
  }
  expect(checks.find(({ id }) => id === 'version')?.text).toContain('Innkeeper 1.2.3 (background)');
  expect(checks.find(({ id }) => id === 'machines')).toMatchObject({
    status: 'warning',
    text: '2 in all, 1 of them running; aborted: db',
  });
});

test('what is wrong comes first', async () => {
  facts = { ...facts, dataFolder: path.join(home, 'none'), readyKernels: async () => [] };
  const statuses = (await runChecks(facts)).map(({ status }) => status);
  expect(statuses).toEqual(
    statuses.toSorted((a, b) => ['failed', 'warning', 'ok'].indexOf(a) - ['failed', 'warning', 'ok'].indexOf(b)),
  );
  expect(statuses[0]).toBe('failed');
});

test('notices are repeated', async () => {
  const notice = { id: 'a', level: 'warning', code: 'x', message: 'web is damaged', nextStep: 'Mend it.' } as const;
  facts = { ...facts, notices: () => [notice, { ...notice, id: 'b', message: 'db is damaged' }] };
  expect((await runChecks(facts)).find(({ id }) => id === 'notices')).toMatchObject({
    ...{ status: 'warning', text: 'web is damaged, and 1 more', nextStep: 'Mend it.' },
  });
});

test('a check that breaks is a failed one, and one that hangs a warning', async () => {
  const broken = await runCheck({ id: 'a', title: 'A', run: () => Promise.reject(new Error('broken')) });
  expect(broken).toMatchObject({ status: 'failed', text: expect.stringContaining('broken') });
  const hanging = await runCheck({ id: 'a', title: 'A', run: () => new Promise<never>(() => {}) }, 10);
  expect(hanging).toMatchObject({ status: 'warning', text: expect.stringContaining('No answer') });
});

test('the archive has versions, checks, settings and logs', async () => {
  await write('machines/abcdefghijkl/log.jsonl', '{"n":1,"event":"started"}\n');
  await write('logs/host.log', 'up\n');
  await write('crashes/crash-1.txt', 'Error: no\n');
  const files = await unpacked();
  expect(Object.keys(files).sort()).toEqual([
    ...['checks.json', 'crashes/crash-1.txt', 'logs/host.log', 'machines.json'],
    ...['machines/abcdefghijkl/log.jsonl', 'notices.json', 'versions.json'],
  ]);
  expect(JSON.parse(files['versions.json']!)).toMatchObject({ version: '1.2.3', kind: 'background' });
  expect(JSON.parse(files['checks.json']!).length).toBeGreaterThan(5);
  expect(JSON.parse(files['machines.json']!)).toMatchObject([
    { settings: { name: 'web' } },
    { settings: { name: 'db' } },
  ]);
  expect(files['logs/host.log']).toBe('up\n');
});

test('nothing of guests goes in, nor who the user is, nor what lets others in', async () => {
  const token = 'f'.repeat(64);
  await write('host.json', JSON.stringify({ token }));
  await write('machines/abcdefghijkl/consoles/hvc0.log', 'guest secret');
  await write('machines/abcdefghijkl/files/initrd', 'guest secret');
  await write('logs/host.log', `opened ${home}/data/machines with {"token":"${token}"}, not ${home}-other\n`);
  await fs.symlink(path.join(facts.dataFolder, 'host.json'), path.join(facts.dataFolder, 'logs', 'link.log'));
  const files = await unpacked();
  const all = Object.values(files).join('\n');
  expect(all).not.toContain('guest secret');
  expect(all).not.toContain(token);
  expect(all.replace(`${home}-other`, '')).not.toContain(home);
  expect(files['logs/host.log']).toBe(`opened ~/data/machines with {"token":"(removed)"}, not ${home}-other\n`);
  expect(JSON.parse(files['versions.json']!).dataFolder).toBe('~/data');
});

test('of long logs the end goes in, by whole lines', async () => {
  await write('logs/host.log', Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`).join(''));
  const { 'logs/host.log': log } = await unpacked();
  expect(log).toMatch(/^line \d+\n/);
  expect(log!.endsWith('line 99999\n')).toBe(true);
  expect(log!.length).toBeLessThanOrEqual(512 * 1024);
});

test('the home folder is found as JSON writes it on Windows, and a root is no home', () => {
  const redact = redactor('C:\\Users\\ann');
  expect(redact(JSON.stringify({ folder: 'C:\\Users\\ann\\data' }))).toBe('{"folder":"~\\\\data"}');
  expect(redact('in C:\\Users\\ann. Not C:\\Users\\ann.b')).toBe('in ~. Not C:\\Users\\ann.b');
  expect(redactor('/')('/a/b')).toBe('/a/b');
});
