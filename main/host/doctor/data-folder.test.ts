import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import { checkDisk, checkLeftovers, checkToken, checkWritable, judgeDisk } from './data-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'inn-doctor-'));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const onUnix = test.runIf(process.platform !== 'win32');

test('a folder that can be written to is left as it was', async () => {
  expect(await checkWritable(folder)).toEqual({ status: 'ok', text: folder });
  expect(await fs.readdir(folder)).toEqual([]);
});

test('a folder that is not there has failed', async () => {
  expect(await checkWritable(path.join(folder, 'none'))).toMatchObject({
    status: 'failed',
    text: expect.stringContaining('ENOENT'),
    nextStep: expect.stringContaining('INN_HOME'),
  });
});

onUnix('a folder that all may write to is said', async () => {
  await fs.chmod(folder, 0o777);
  expect(await checkWritable(folder)).toMatchObject({ status: 'warning', nextStep: expect.stringContaining('chmod') });
});

test.each([
  ['ok', 'ext4 with room', 0xef53, 100 * GiB],
  ['warning', 'little room', 0xef53, GiB],
  ['failed', 'no room', 0xef53, 100 * MiB],
  ['warning', 'NFS', 0x6969, 100 * GiB],
  ['warning', 'SMB', 0xfe534d42, 100 * GiB],
  ['warning', 'tmpfs', 0x1021994, 100 * GiB],
  ['failed', 'tmpfs without room', 0x1021994, 0],
] as const)('%s: %s', (status, _, type, free) => {
  expect(judgeDisk(type, free).status).toBe(status);
});

test('the disk of a folder is looked at', async () => {
  expect((await checkDisk(folder)).text).not.toBe('');
});

onUnix('who can read host.json can do everything: only the user may', async () => {
  const file = path.join(folder, 'host.json');
  expect((await checkToken(folder)).status).toBe('ok');
  await fs.writeFile(file, '{}', { mode: 0o600 });
  expect((await checkToken(folder)).status).toBe('ok');
  await fs.chmod(file, 0o640);
  expect(await checkToken(folder)).toMatchObject({
    status: 'failed',
    nextStep: expect.stringContaining(`chmod 600 '${file}'`),
  });
});

test('files of a host that was killed while it wrote are found once they are old', async () => {
  const machine = path.join(folder, 'machines', 'abcdefghijkl');
  await fs.mkdir(machine, { recursive: true });
  await fs.writeFile(path.join(folder, 'order.json'), '{}');
  await fs.writeFile(path.join(machine, 'machine.json.3141592653'), '{');
  expect((await checkLeftovers(folder)).status).toBe('ok');
  const later = Date.now() + 2 * 60 * 60_000;
  expect(await checkLeftovers(folder, later)).toMatchObject({
    status: 'warning',
    text: expect.stringContaining('1 unfinished file of'),
  });
});
