import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { readVersioned, type VersionedFormat, writeVersioned } from './versioned-json.ts';

const schema = z.object({ name: z.string(), cores: z.int().default(1) });
const format: VersionedFormat<typeof schema> = { what: 'an inn', version: 1, schema, migrations: {} };
/** The name was a title once, and had a number. */
const third: VersionedFormat<typeof schema> = {
  what: 'an inn',
  version: 3,
  schema,
  migrations: {
    1: ({ title, ...rest }) => ({ ...rest, label: title }),
    2: ({ label, ...rest }) => ({ ...rest, name: `${label}!` }),
  },
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'inn-versioned-'));
  file = path.join(folder, 'inn.json');
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

test('what was written is read, with its version in the file', async () => {
  await writeVersioned(file, format, { name: 'Swan', cores: 2 });
  expect(JSON.parse(await fs.readFile(file, 'utf8'))).toEqual({ version: 1, name: 'Swan', cores: 2 });
  expect(await readVersioned(file, format)).toEqual({ name: 'Swan', cores: 2 });
  expect(await fs.readdir(folder)).toEqual(['inn.json']);
});

test('no file is no content', async () => {
  expect(await readVersioned(file, format)).toBeUndefined();
});

test('defaults are filled in, and fields that nobody knows are left out', async () => {
  await fs.writeFile(file, '{"version":1,"name":"Swan","stars":5}');
  expect(await readVersioned(file, format)).toEqual({ name: 'Swan', cores: 1 });
});

test('migrations run from the version of the file on', async () => {
  await fs.writeFile(file, '{"version":1,"title":"Swan"}');
  expect(await readVersioned(file, third)).toEqual({ name: 'Swan!', cores: 1 });
  await fs.writeFile(file, '{"version":2,"label":"Bear"}');
  expect(await readVersioned(file, third)).toEqual({ name: 'Bear!', cores: 1 });
  await fs.writeFile(file, '{"version":3,"name":"Crown"}');
  expect(await readVersioned(file, third)).toEqual({ name: 'Crown', cores: 1 });
});

test('a migration that cannot make sense of the file says that it is damaged', async () => {
  const strict = { ...third, migrations: { ...third.migrations, 2: (old: { label?: unknown }) => nameOf(old.label) } };
  const nameOf = (label: unknown) => ({ name: (label as string).trim() });
  await fs.writeFile(file, '{"version":2,"label":7}');
  await expect(readVersioned(file, strict)).rejects.toMatchObject({ code: 'file-damaged' });
});

test('a newer version is refused, and the file stays as it is', async () => {
  const text = '{"version":4,"name":"Swan"}';
  await fs.writeFile(file, text);
  await expect(readVersioned(file, third)).rejects.toMatchObject({
    code: 'file-too-new',
    message: expect.stringContaining('version 4'),
  });
  expect(await fs.readFile(file, 'utf8')).toBe(text);
});

test.each([
  ['nothing', ''],
  ['half of it', '{"version":1,"na'],
  ['zeros, as after a power cut', '\0\0\0\0\0\0\0\0'],
  ['a list', '[1]'],
  ['null', 'null'],
  ['no version', '{"name":"Swan"}'],
  ['a version that is none', '{"version":"1","name":"Swan"}'],
  ['version 0', '{"version":0,"name":"Swan"}'],
  ['half a version', '{"version":1.5,"name":"Swan"}'],
  ['what the schema refuses', '{"version":1,"name":7}'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x7b])],
])('%s is damage', async (_, content) => {
  await fs.writeFile(file, content);
  await expect(readVersioned(file, format)).rejects.toMatchObject({
    name: 'InnError',
    code: 'file-damaged',
    message: expect.stringContaining('an inn'),
  });
});

test('what is wrong inside is named by its place', async () => {
  await fs.writeFile(file, '{"version":1,"name":"Swan","cores":"two"}');
  await expect(readVersioned(file, format)).rejects.toThrow('cores: ');
});

test('what is no file cannot be read', async () => {
  await fs.mkdir(file);
  await expect(readVersioned(file, format)).rejects.toMatchObject({ code: 'file-unreadable' });
});

test('a byte order mark does not matter', async () => {
  await fs.writeFile(file, '\ufeff{"version":1,"name":"Swan"}');
  expect(await readVersioned(file, format)).toEqual({ name: 'Swan', cores: 1 });
});

test('what the schema refuses is a mistake of ours and never written', async () => {
  await writeVersioned(file, format, { name: 'Swan' });
  await expect(writeVersioned(file, format, { name: 7 as unknown as string })).rejects.toThrow();
  expect(await readVersioned(file, format)).toEqual({ name: 'Swan', cores: 1 });
});

test('a folder that cannot be written to leaves the old content', async () => {
  await expect(writeVersioned(path.join(folder, 'gone', 'inn.json'), format, { name: 'Swan' })).rejects.toMatchObject({
    code: 'file-unwritable',
  });
});

test('writes at the same time leave one of them, whole', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, cores) => writeVersioned(file, format, { name: 'Swan', cores })));
  expect(await readVersioned(file, format)).toMatchObject({ name: 'Swan' });
  expect(await fs.readdir(folder)).toEqual(['inn.json']);
});

test('killed at any moment, the file is an old or a new one', async () => {
  const module = new URL('./versioned-json.ts', import.meta.url).href;
  const writer = `
    import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
    import { writeVersioned } from ${JSON.stringify(module)};
    const format = { what: 'an inn', version: 1, schema: z.object({ name: z.string(), cores: z.int() }), migrations: {} };
    for (let cores = 1; ; cores++) await writeVersioned(process.argv[1], format, { name: 'x'.repeat(200_000), cores });
  `;
  await writeVersioned(file, format, { name: 'x'.repeat(200_000), cores: 1 });
  let last = 0;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', writer, file], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    // Until it has written at least once
    await expect.poll(async () => (await readVersioned(file, format))?.cores, { timeout: 15_000 }).not.toBe(last);
    await sleep(Math.random() * 20);
    child.kill('SIGKILL');
    await ended;
    const read = await readVersioned(file, format);
    expect(read?.name).toHaveLength(200_000);
    last = read?.cores ?? 0;
  }
});
