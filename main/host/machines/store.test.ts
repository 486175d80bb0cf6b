import { promises as fs } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ended, openMachines, type TestMachines, temporaryFolder } from '../../../tests/fixtures/test-machines.ts';
import { randomId } from '../random-id.ts';

let dataFolder: string;
let host: TestMachines;
/** Two machines that are well. */
let first: string;
let second: string;
beforeEach(async () => {
  dataFolder = await temporaryFolder('store');
  host = await openMachines(dataFolder);
  first = (await host.machines.create({ name: 'first' })).id;
  second = (await host.machines.create({ name: 'second' })).id;
});
afterEach(async () => {
  await host.machines.close();
  await fs.rm(dataFolder, { recursive: true });
});

const inMachines = (...names: string[]) => path.join(dataFolder, 'machines', ...names);
const settingsOf = (id: string) => inMachines(id, 'machine.json');
const ids = () => host.machines.list().map(({ id }) => id);

async function reopen(): Promise<void> {
  await host.machines.close();
  host = await openMachines(dataFolder);
}

async function alter(id: string, change: (content: Record<string, unknown>) => void): Promise<string> {
  const content = JSON.parse(await fs.readFile(settingsOf(id), 'utf8')) as Record<string, unknown>;
  change(content);
  const text = JSON.stringify(content);
  await fs.writeFile(settingsOf(id), text);
  return text;
}

describe('damage', () => {
  it.each([
    ['nothing', ''],
    ['half of it', '{"version":1,"settings":{"name":"fi'],
    ['no object', '[1,2]'],
    ['no version', '{"settings":{}}'],
    ['other content', '{"version":1,"settings":{"name":"first"}}'],
    ['noise', '\u0000\u0001\u0002'],
  ])('sets settings aside that hold %s; the others load', async (_, text) => {
    await fs.writeFile(settingsOf(first), text);
    await reopen();
    expect(ids()).toEqual([second]);
    const [notice, ...more] = host.notices;
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ level: 'error', code: 'machine-damaged' });
    const aside = (await fs.readdir(inMachines(first))).filter((name) => name.startsWith('machine.json'));
    expect(aside).toEqual([expect.stringMatching(/^machine\.json\.damaged-\d{4}-\d\d-\d\dT[\d-]+Z$/)]);
    expect(await fs.readFile(inMachines(first, aside[0] ?? ''), 'utf8')).toBe(text);
    expect(notice?.nextStep).toContain(aside[0]);
    // It is said again until somebody has done something about it, and comes back once that was done
    await reopen();
    expect(host.notices).toMatchObject([{ code: 'machine-damaged', nextStep: notice?.nextStep }]);
    await host.machines.create({ name: 'first' });
  });

  it('takes a machine back, at its place, once its settings are mended', async () => {
    const good = await fs.readFile(settingsOf(first), 'utf8');
    await fs.writeFile(settingsOf(first), 'x');
    await reopen();
    await host.machines.get(second).edit(1, { description: 'changed meanwhile' });
    const third = (await host.machines.create({})).id;
    await fs.writeFile(settingsOf(first), good);
    await reopen();
    expect(ids()).toEqual([first, second, third]);
    expect(host.notices).toEqual([]);
  });

  it('leaves alone what a newer Innkeeper wrote', async () => {
    const text = await alter(first, (content) => {
      content.version = 99;
    });
    await reopen();
    expect(ids()).toEqual([second]);
    expect(host.notices).toMatchObject([{ code: 'file-too-new', message: expect.stringContaining(first) }]);
    expect(await fs.readFile(settingsOf(first), 'utf8')).toBe(text);
  });

  it('says what folders without settings are, and does not mind strangers', async () => {
    const empty = randomId(12);
    await fs.mkdir(inMachines(empty));
    await fs.mkdir(inMachines('My Folder'));
    await fs.writeFile(inMachines('desktop.ini'), '');
    await fs.writeFile(inMachines(randomId(12)), 'a file where a folder should be');
    await reopen();
    expect(ids()).toEqual([first, second]);
    expect(host.notices.map(({ code }) => code).toSorted()).toEqual(['machine-damaged', 'machine-unreadable']);
    expect((await fs.readdir(inMachines())).length).toBe(6);
  });

  it('shows machines as they were created where their order is lost', async () => {
    await host.machines.arrange([second, first].map((id) => ({ id, group: '' })));
    await reopen();
    expect(ids()).toEqual([second, first]);
    await fs.writeFile(path.join(dataFolder, 'order.json'), '{"version":7}');
    await reopen();
    expect(ids()).toEqual([first, second]);
    expect(host.notices).toMatchObject([{ code: 'order-lost', level: 'warning' }]);
    expect((await fs.readdir(dataFolder)).filter((name) => name.startsWith('order.json.aside-'))).toHaveLength(1);
    await reopen();
    expect(host.notices).toEqual([]);
  });

  it('makes, removes and restores machines where their order cannot be kept, and says so', async () => {
    await fs.rm(path.join(dataFolder, 'order.json'));
    await fs.mkdir(path.join(dataFolder, 'order.json', 'in the way'), { recursive: true });
    const { id: third } = await host.machines.create({ name: 'third' });
    expect(ids()).toEqual([first, second, third]);
    await host.machines.remove(first);
    expect(ids()).toEqual([second, third]);
    expect(await host.machines.trashed()).toMatchObject([{ id: first }]);
    await host.machines.restore(first);
    expect(ids()).toEqual([first, second, third]);
    await expect(host.machines.create({ name: 'third' })).rejects.toMatchObject({ code: 'name-taken' });
    expect(new Set(host.notices.map(({ code }) => code))).toEqual(new Set(['order-not-kept']));
    // Who asks for an order, and nothing else, is told that there is none
    const order = [third, second, first].map((id) => ({ id, group: '' }));
    await expect(host.machines.arrange(order)).rejects.toMatchObject({ code: 'file-unwritable' });
  });

  it('does not follow names of files that lead out of the folder', async () => {
    await alter(first, (content) => {
      (content.settings as { boot: unknown }).boot = { kind: 'files', kernel: { name: '../../x', bytes: 1 } };
    });
    await reopen();
    expect(host.notices).toMatchObject([{ code: 'machine-damaged' }]);
  });

  it('loads two machines of one name, and lets either be changed', async () => {
    await alter(second, (content) => {
      (content.settings as { name: string }).name = 'FIRST';
    });
    await reopen();
    expect(ids()).toEqual([first, second]);
    await host.machines.get(second).edit(1, { description: 'copied by hand' });
    await host.machines.get(second).edit(2, { name: 'second' });
    await expect(host.machines.get(second).edit(3, { name: 'first' })).rejects.toMatchObject({ code: 'name-taken' });
  });
});

describe('what a crash left', () => {
  it('clears away what was half-made', async () => {
    const id = randomId(12);
    await fs.cp(inMachines(first), inMachines(`.partial-${id}`), { recursive: true });
    await fs.mkdir(path.join(dataFolder, 'trash', `.purged-${id}`), { recursive: true });
    await fs.writeFile(inMachines(first, 'machine.json.123456'), '{');
    await fs.writeFile(path.join(dataFolder, 'order.json.4711'), '{');
    await fs.mkdir(inMachines(first, 'files'));
    await fs.writeFile(inMachines(first, 'files', 'half a kernel'), 'x');
    await reopen();
    expect(ids()).toEqual([first, second]);
    expect((await fs.readdir(inMachines())).toSorted()).toEqual([first, second].toSorted());
    expect(await fs.readdir(path.join(dataFolder, 'trash'))).toEqual([]);
    expect((await fs.readdir(inMachines(first))).toSorted()).toEqual(['files', 'log.jsonl', 'machine.json']);
    expect(await fs.readdir(inMachines(first, 'files'))).toEqual([]);
    expect(await fs.readdir(dataFolder)).not.toContain('order.json.4711');
    expect(host.notices).toEqual([]);
  });

  it('between the two steps into the trash, or out of it, leaves the machine where it is', async () => {
    await host.machines.close();
    await fs.writeFile(inMachines(first, 'deleted.json'), '{"version":1,"deletedAt":5,"position":0}');
    host = await openMachines(dataFolder);
    expect(ids()).toEqual([first, second]);
    expect(await fs.readdir(inMachines(first))).not.toContain('deleted.json');
    // Moved, but the order not yet written: both ways
    await host.machines.remove(first);
    await fs.rename(path.join(dataFolder, 'trash', first), inMachines(first));
    await reopen();
    expect(ids().toSorted()).toEqual([first, second].toSorted());
    await fs.rename(inMachines(first), path.join(dataFolder, 'trash', first));
    await reopen();
    expect(ids()).toEqual([second]);
    expect(await host.machines.trashed()).toMatchObject([{ id: first, name: 'first' }]);
    await host.machines.restore(first);
  });

  it('is a machine aborted that was running', async () => {
    await ended(host.operations, await host.machines.get(first).start());
    const killed = await openMachines(dataFolder);
    expect(killed.machines.get(first).view()).toMatchObject({
      state: 'aborted',
      active: null,
      failure: { message: 'Innkeeper ended while this machine was running' },
    });
    expect(killed.machines.get(second).view().state).toBe('powered-off');
    expect((await killed.machines.get(first).log.read({ limit: 1 }))[0]).toMatchObject({
      level: 'error',
      event: 'aborted',
    });
    await killed.machines.close();
    const again = await openMachines(dataFolder);
    expect(again.machines.get(first).view()).toMatchObject({ state: 'aborted' });
    expect(await again.machines.get(first).discard()).toMatchObject({ state: 'powered-off' });
    await again.machines.close();
  });

  it('keeps how a run failed where only its marker was left', async () => {
    await ended(host.operations, await host.machines.get(first).start());
    const marker = await fs.readFile(inMachines(first, 'running.json'));
    host.engine.last.fail('hart 0: boom');
    await host.machines
      .get(first)
      .discard()
      .catch(() => host.machines.get(first).discard());
    await ended(host.operations, await host.machines.get(first).start());
    host.engine.last.fail('hart 0: boom again');
    await host.machines.end('power-off', 1);
    await host.machines.close();
    await fs.writeFile(inMachines(first, 'running.json'), marker);
    host = await openMachines(dataFolder);
    expect(host.machines.get(first).view().failure).toMatchObject({ report: 'hart 0: boom again' });
    await fs.writeFile(inMachines(first, 'running.json'), 'torn');
    await reopen();
    expect(host.machines.get(first).view()).toMatchObject({ state: 'aborted' });
  });
});

it('opens 500 machines, and keeps the order that they are in', async () => {
  const text = await fs.readFile(settingsOf(first), 'utf8');
  const added = Array.from({ length: 498 }, () => randomId(12));
  await Promise.all(
    added.map(async (id, n) => {
      await fs.mkdir(inMachines(id));
      await fs.writeFile(settingsOf(id), text.replace('"first"', `"machine ${n}"`));
    }),
  );
  await reopen();
  expect(host.machines.list()).toHaveLength(500);
  expect(host.notices).toEqual([]);
  const order = ids().toReversed();
  await host.machines.arrange(order.map((id) => ({ id, group: '' })));
  await reopen();
  expect(ids()).toEqual(order);
});
