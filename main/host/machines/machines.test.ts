import { promises as fs } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import type { MachineEvent } from '../../../shared/contract/machine.ts';
import {
  ended,
  openMachines,
  type TestMachines,
  temporaryFolder,
  until,
} from '../../../tests/fixtures/test-machines.ts';
import { FILES } from './machine-file.ts';

let host: TestMachines;
beforeEach(async () => {
  host = await openMachines(await temporaryFolder('machines'));
});
afterEach(async () => {
  await host.machines.end('power-off', 1);
  await host.machines.close();
  await fs.rm(host.dataFolder, { recursive: true });
});

const names = (from = host) => from.machines.list().map(({ settings }) => settings.name);
const get = (id: string) => host.machines.get(id);
const read = (file: string) => fs.readFile(file, 'utf8');

async function reopened(): Promise<TestMachines> {
  await host.machines.close();
  host = await openMachines(host.dataFolder);
  return host;
}

async function givenFile(name: string, text: string): Promise<string> {
  const file = path.join(host.dataFolder, name);
  await fs.writeFile(file, text);
  return file;
}

describe('create', () => {
  it('takes the preferences where nothing is said, and the next free name', async () => {
    const first = await host.machines.create({});
    expect(first).toMatchObject({
      state: 'powered-off',
      revision: 1,
      settings: { name: 'linux', cores: 1, memory: 256 * MiB, boot: { kind: 'linux', kernel: 'stock' }, consoles: 1 },
      folder: path.join(host.dataFolder, 'machines', first.id),
      consoles: [
        { id: 'hvc0', kind: 'virtio' },
        { id: 'ttyS0', kind: 'serial' },
      ],
    });
    await host.machines.create({});
    await host.machines.create({ name: 'Web 😀', group: 'shop', memory: GiB });
    await host.machines.create({ name: 'خادم' });
    expect(names()).toEqual(['linux', 'linux 2', 'Web 😀', 'خادم']);
    const before = host.machines.list();
    expect((await reopened()).machines.list()).toEqual(before);
    expect(host.notices).toEqual([]);
  });

  it.each([
    [{ name: 'LINUX' }, 'name-taken'],
    [{ name: 'x'.repeat(200) }, 'name-not-allowed'],
    [{ group: ' ' }, 'group-not-allowed'],
    [{ cores: 99 }, 'cores-beyond-engine'],
    [{ memory: 3 * GiB }, 'memory-beyond-host'],
    [{ memory: 32 * MiB }, 'memory-too-small'],
    [{ boot: { kind: 'files' as const } }, 'nothing-to-boot'],
    [{ boot: { kind: 'files' as const, kernel: { path: '/no/such/vmlinux' } } }, 'file-not-found'],
  ])('refuses %j, and leaves nothing behind', async (wanted, code) => {
    await host.machines.create({});
    await expect(host.machines.create(wanted)).rejects.toMatchObject({ name: 'InnError', code });
    expect(await fs.readdir(path.join(host.dataFolder, 'machines'))).toHaveLength(1);
    // What was refused holds no name
    expect(await host.machines.create({ name: 'Second' })).toMatchObject({ settings: { name: 'Second' } });
    expect(names()).toEqual(['linux', 'Second']);
  });

  it('does not give one name to two that ask at once', async () => {
    const results = await Promise.allSettled([
      host.machines.create({ name: 'a' }),
      host.machines.create({ name: 'A' }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await Promise.all([host.machines.create({}), host.machines.create({}), host.machines.create({})]);
    expect(names().slice(1).toSorted()).toEqual(['linux', 'linux 2', 'linux 3']);
  });

  it('copies what it boots, from paths and from uploads', async () => {
    const kernel = await givenFile('my kernel.img', 'kernel');
    const upload = await host.uploads.begin({ name: '../../evil:name', bytes: 4 });
    await host.uploads.write({ id: upload.id, offset: 0, bytes: Buffer.from('init') });
    const machine = await host.machines.create({
      memory: 64 * MiB,
      boot: { kind: 'files', kernel: { path: kernel }, initrd: { upload: upload.id }, firmware: { path: kernel } },
    });
    const { boot } = machine.settings;
    expect(boot).toEqual({
      kind: 'files',
      kernel: { name: 'my kernel.img', bytes: 6 },
      initrd: { name: '_.._evil_name', bytes: 4 },
      firmware: { name: '2-my kernel.img', bytes: 6 },
    });
    expect(machine.settings.name).toBe('machine');
    await fs.rm(kernel);
    await ended(host.operations, await get(machine.id).start());
    const { files } = host.engine.last.spec;
    expect(await read(files.kernel ?? '')).toBe('kernel');
    expect(await read(files.initrd ?? '')).toBe('init');
    expect(host.guests.asked).toEqual([]);
  });
});

describe('edit', () => {
  it('refuses a change to what somebody else has changed, and says what it is now', async () => {
    const { id } = await host.machines.create({});
    const results = await Promise.allSettled([
      get(id).edit(1, { description: 'mine' }),
      get(id).edit(1, { description: 'theirs' }),
    ]);
    expect(results[0]).toMatchObject({ status: 'fulfilled', value: { revision: 2 } });
    expect(results[1]).toMatchObject({
      status: 'rejected',
      reason: { code: 'machine-changed', details: { current: { revision: 2, settings: { description: 'mine' } } } },
    });
  });

  it('changes nothing where one of the changes cannot be', async () => {
    await host.machines.create({ name: 'other' });
    const { id } = await host.machines.create({});
    const before = get(id).view();
    for (const changes of [{ name: 'Other', cores: 2 }, { name: 'new', cores: 99 }, { name: ' ' }]) {
      await expect(get(id).edit(1, changes)).rejects.toMatchObject({ name: 'InnError' });
    }
    expect(get(id).view()).toEqual(before);
    expect((await reopened()).machines.get(id).view()).toEqual(before);
    await host.machines.create({ name: 'new' });
  });

  it('gives the old name free, and lets the case of a name be changed', async () => {
    const { id } = await host.machines.create({ name: 'web' });
    await get(id).edit(1, { name: 'Web' });
    await expect(host.machines.create({ name: 'web' })).rejects.toMatchObject({ code: 'name-taken' });
    await get(id).edit(2, { name: 'shop' });
    await host.machines.create({ name: 'web' });
    expect(await get(id).edit(3, { name: 'shop' })).toMatchObject({ revision: 3 });
  });

  it('replaces files only once nobody needs them', async () => {
    const one = await givenFile('one', '1');
    const two = await givenFile('two', '22');
    const { id, folder } = await host.machines.create({
      boot: { kind: 'files', kernel: { path: one }, initrd: { path: two } },
    });
    await ended(host.operations, await get(id).start());
    const files = () => fs.readdir(path.join(folder, FILES)).then((found) => found.toSorted());
    const kept = { name: 'two', bytes: 0 };
    await get(id).edit(1, { boot: { kind: 'files', kernel: { path: two }, initrd: kept } });
    expect(get(id).settings.boot).toEqual({
      kind: 'files',
      kernel: { name: '2-two', bytes: 2 },
      initrd: { name: 'two', bytes: 2 },
    });
    expect(await files()).toEqual(['2-two', 'one', 'two']);
    await get(id).powerOff();
    expect(await files()).toEqual(['2-two', 'two']);
    await expect(
      get(id).edit(2, { boot: { kind: 'files', kernel: { name: 'gone', bytes: 1 } } }),
    ).rejects.toMatchObject({ code: 'file-not-found' });
    await get(id).edit(2, { boot: { kind: 'linux', kernel: 'small' } });
    expect(await files()).toEqual([]);
  });
});

describe('arrange', () => {
  it('sets order and groups, and remembers them', async () => {
    const [a, b, c] = [await host.machines.create({}), await host.machines.create({}), await host.machines.create({})];
    await host.machines.arrange([
      { id: c.id, group: 'shop' },
      { id: a.id, group: '' },
      { id: b.id, group: 'shop' },
    ]);
    const seen = () => host.machines.list().map(({ id, settings, revision }) => [id, settings.group, revision]);
    const expected = [
      [c.id, 'shop', 2],
      [a.id, '', 1],
      [b.id, 'shop', 2],
    ];
    expect(seen()).toEqual(expected);
    await reopened();
    expect(seen()).toEqual(expected);
  });

  it('refuses a tree that is not the one there is', async () => {
    const [a, b] = [await host.machines.create({}), await host.machines.create({})];
    for (const ids of [[a.id], [a.id, a.id], [a.id, 'zzzzzzzzzzzz'], [a.id, b.id, 'zzzzzzzzzzzz']]) {
      await expect(host.machines.arrange(ids.map((id) => ({ id, group: '' })))).rejects.toMatchObject({
        code: 'tree-changed',
      });
    }
    expect(host.machines.list().map(({ id }) => id)).toEqual([a.id, b.id]);
  });
});

describe('clone', () => {
  it('copies settings and files, beside the original, also of one that runs', async () => {
    const kernel = await givenFile('kernel', 'k'.repeat(3 * MiB));
    const source = await host.machines.create({
      name: 'web',
      group: 'shop',
      boot: { kind: 'files', kernel: { path: kernel } },
    });
    await host.machines.create({ name: 'last' });
    await ended(host.operations, await get(source.id).start());
    const operation = await ended(host.operations, host.machines.clone(source.id, undefined));
    expect(operation).toMatchObject({ kind: 'clone', status: 'done', machine: source.id, subject: 'web' });
    expect(names()).toEqual(['web', 'web clone', 'last']);
    const clone = get(operation.result ?? '').view();
    expect(clone).toMatchObject({ state: 'powered-off', revision: 1, active: null, bootMs: null });
    expect(clone.settings).toEqual({ ...source.settings, name: 'web clone' });
    expect(await read(path.join(clone.folder, FILES, 'kernel'))).toBe('k'.repeat(3 * MiB));
    expect((await fs.readdir(clone.folder)).toSorted()).toEqual([FILES, 'log.jsonl', 'machine.json']);
    expect((await get(clone.id).log.read({ limit: 10 })).map(({ event }) => event)).toEqual(['cloned']);
    await ended(host.operations, host.machines.clone(source.id, undefined));
    expect(names()).toEqual(['web', 'web clone 2', 'web clone', 'last']);
    expect(() => host.machines.clone(source.id, 'LAST')).toThrow(expect.objectContaining({ code: 'name-taken' }));
  });

  it('leaves nothing behind where it is cancelled', async () => {
    const kernel = await givenFile('kernel', 'k'.repeat(8 * MiB));
    const source = await host.machines.create({ boot: { kind: 'files', kernel: { path: kernel } } });
    const operation = host.machines.clone(source.id, 'copy');
    host.operations.cancel(operation.id);
    expect(await ended(host.operations, operation)).toMatchObject({ status: 'cancelled', result: null });
    expect(await fs.readdir(path.join(host.dataFolder, 'machines'))).toEqual([source.id]);
    await host.machines.create({ name: 'copy' });
  });

  it('holds the original back from the trash', async () => {
    const kernel = await givenFile('kernel', 'k'.repeat(8 * MiB));
    const source = await host.machines.create({ boot: { kind: 'files', kernel: { path: kernel } } });
    const operation = host.machines.clone(source.id, 'copy');
    await expect(host.machines.remove(source.id)).rejects.toMatchObject({ code: 'machine-busy' });
    expect(await ended(host.operations, operation)).toMatchObject({ status: 'done' });
    await host.machines.remove(source.id);
  });
});

describe('trash', () => {
  it('takes machines and gives them back where they were', async () => {
    const [a, b, c] = [await host.machines.create({}), await host.machines.create({}), await host.machines.create({})];
    const before = get(b.id).view();
    const trashed = await host.machines.remove(b.id);
    expect(trashed).toMatchObject({ id: b.id, name: 'linux 2' });
    expect(trashed.bytes).toBeGreaterThan(100);
    expect(names()).toEqual(['linux', 'linux 3']);
    expect(() => get(b.id)).toThrow(expect.objectContaining({ code: 'machine-not-found' }));
    await reopened();
    expect(await host.machines.trashed()).toMatchObject([{ id: b.id, deletedAt: trashed.deletedAt }]);
    expect(await host.machines.restore(b.id)).toEqual(before);
    expect(host.machines.list().map(({ id }) => id)).toEqual([a.id, b.id, c.id]);
    expect(await host.machines.trashed()).toEqual([]);
    expect((await get(b.id).log.read({ limit: 10 })).map(({ event }) => event)).toEqual([
      'created',
      'removed',
      'restored',
    ]);
    await expect(host.machines.restore(b.id)).rejects.toMatchObject({ code: 'machine-not-found' });
  });

  it('gives another name to one whose name is taken by then', async () => {
    const { id } = await host.machines.create({ name: 'web' });
    await host.machines.remove(id);
    await host.machines.create({ name: 'Web' });
    expect(await host.machines.restore(id)).toMatchObject({ settings: { name: 'web 2' }, revision: 2 });
    expect((await get(id).log.read({ limit: 1 }))[0]?.text).toContain('“web” is taken');
    expect(names(await reopened())).toContain('web 2');
  });

  it('does not take one that runs', async () => {
    const { id } = await host.machines.create({});
    await ended(host.operations, await get(id).start());
    await expect(host.machines.remove(id)).rejects.toMatchObject({ code: 'wrong-state' });
    await get(id).powerOff();
    await host.machines.remove(id);
  });

  it('is emptied for ever, one by one or whole', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await host.machines.create({})).id);
    for (const id of ids) await host.machines.remove(id);
    await ended(host.operations, await host.machines.purge(ids[1]));
    expect((await host.machines.trashed()).map(({ id }) => id).toSorted()).toEqual([ids[0], ids[2]].toSorted());
    await expect(host.machines.purge(ids[1])).rejects.toMatchObject({ code: 'machine-not-found' });
    expect(await ended(host.operations, await host.machines.purge())).toMatchObject({
      status: 'done',
      subject: 'the trash',
    });
    expect(await fs.readdir(path.join(host.dataFolder, 'trash'))).toEqual([]);
    await expect(host.machines.restore(ids[0] ?? '')).rejects.toMatchObject({ code: 'machine-not-found' });
  });
});

describe('watch', () => {
  it('tells of everything first, then of each change', async () => {
    const first = await host.machines.create({});
    const abort = new AbortController();
    const seen: MachineEvent[] = [];
    const watching = (async () => {
      for await (const event of host.machines.watch(abort.signal)) seen.push(event);
    })();
    await until(() => seen.length === 1);
    const second = await host.machines.create({ name: 'second' });
    await get(second.id).edit(1, { cores: 2 });
    await host.machines.remove(first.id);
    await until(() => seen.length === 4);
    abort.abort();
    await watching;
    expect(seen.map((event) => (event.kind === 'all' ? event.machines.map(({ id }) => id) : event.kind))).toEqual([
      ...[[first.id], [first.id, second.id], 'changed', 'removed'],
    ]);
    expect(seen[2]).toMatchObject({ machine: { id: second.id, settings: { cores: 2 } } });
  });

  it('counts what runs', async () => {
    let told = 0;
    const other = await openMachines(await temporaryFolder('running'), { onRunningChange: () => told++ });
    const { id } = await other.machines.create({});
    expect(told).toBe(0);
    await ended(other.operations, await other.machines.get(id).start());
    expect([told, other.machines.alive.length]).toEqual([1, 1]);
    await other.machines.get(id).powerOff();
    expect([told, other.machines.alive.length]).toEqual([2, 0]);
    await other.machines.close();
    await fs.rm(other.dataFolder, { recursive: true });
  });
});
