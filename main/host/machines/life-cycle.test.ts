import { promises as fs } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InnError } from '../../../shared/base/errors.ts';
import { GiB, MiB } from '../../../shared/base/units.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import {
  ended,
  openMachines,
  type TestMachines,
  temporaryFolder,
  until,
} from '../../../tests/fixtures/test-machines.ts';
import { RUNNING_FILE } from './machine-file.ts';

let host: TestMachines;
beforeEach(async () => {
  host = await openMachines(await temporaryFolder('life'));
});
afterEach(async () => {
  await host.machines.end('power-off', 1);
  await host.machines.close();
  await fs.rm(host.dataFolder, { recursive: true });
});

const get = (id: string) => host.machines.get(id);
const state = (id: string) => get(id).view().state;
const marked = (id: string) =>
  fs.access(path.join(get(id).folder, RUNNING_FILE)).then(
    () => true,
    () => false,
  );

async function started(): Promise<Machine> {
  const { id } = await host.machines.create({});
  expect(await ended(host.operations, await get(id).start())).toMatchObject({ status: 'done', error: null });
  return get(id).view();
}

async function events(id: string): Promise<string[]> {
  return (await get(id).log.read({ limit: 100 })).map(({ event }) => event);
}

describe('start', () => {
  it('builds the guest, starts the engine with the settings, and measures the boot', async () => {
    const { id } = await host.machines.create({ cores: 2, memory: 512 * MiB, commandLine: 'quiet', consoles: 2 });
    expect(get(id).view()).toMatchObject({ state: 'powered-off', active: null, bootMs: null });
    const operation = await get(id).start();
    expect(operation).toMatchObject({ kind: 'start', machine: id, subject: 'linux', status: 'running' });
    expect(state(id)).toBe('starting');
    expect(await ended(host.operations, operation)).toMatchObject({ status: 'done' });
    expect(host.engine.last.spec).toEqual({
      ...{ cores: 2, memory: 512 * MiB, commandLine: 'quiet', consoles: 2, transport: 'pci' },
      files: { kernel: '/guests/stock/Image', initrd: '/guests/stock/initrd.cpio' },
    });
    const view = get(id).view();
    expect(view.state).toBe('running');
    expect(view.active).toEqual(view.settings);
    expect(view.consoles.map((console) => console.id)).toEqual(['hvc0', 'hvc1', 'ttyS0']);
    expect(await marked(id)).toBe(true);
    await until(() => get(id).view().bootMs !== null);
    expect(host.machines.memoryPromised).toBe(512 * MiB);
  });

  it('can be called off while the guest is built, and leaves no trace of a run', async () => {
    host.guests.hold = new Promise(() => {});
    const { id } = await host.machines.create({});
    const operation = await get(id).start();
    await until(() => host.operations.get(operation.id).progress === 0.5);
    host.operations.cancel(operation.id);
    expect(await ended(host.operations, operation)).toMatchObject({ status: 'cancelled' });
    expect(state(id)).toBe('powered-off');
    expect(await marked(id)).toBe(false);
    expect(host.engine.machines).toEqual([]);
    expect(await events(id)).toEqual(['created', 'start-cancelled']);
  });

  it('is called off by a power off', async () => {
    host.guests.hold = new Promise(() => {});
    const { id } = await host.machines.create({});
    const operation = await get(id).start();
    expect(await get(id).powerOff()).toMatchObject({ state: 'powered-off', active: null });
    expect(await ended(host.operations, operation)).toMatchObject({ status: 'cancelled' });
  });

  it('fails with what the engine says, and is as it was', async () => {
    const { id } = await host.machines.create({});
    host.engine.behaviour = {
      beforeStart: () => {
        throw new InnError('The kernel is damaged', { code: 'kernel-damaged', nextStep: 'Build it again.' });
      },
    };
    const operation = await ended(host.operations, await get(id).start());
    expect(operation).toMatchObject({
      status: 'failed',
      error: { code: 'kernel-damaged', nextStep: 'Build it again.' },
    });
    expect(state(id)).toBe('powered-off');
    expect(await marked(id)).toBe(false);
    expect(await events(id)).toEqual(['created', 'start-failed']);
    host.engine.behaviour = {};
    expect(await ended(host.operations, await get(id).start())).toMatchObject({ status: 'done' });
  });

  it('looks at the limits of this computer, where a machine may come from another', async () => {
    const { id } = await host.machines.create({ memory: GiB });
    const small = await openMachines(host.dataFolder, { bounds: { engine: host.engine, memory: 512 * MiB } });
    await expect(small.machines.get(id).start()).rejects.toMatchObject({ code: 'memory-beyond-host' });
    const renamed = await small.machines.get(id).edit(1, { name: 'large' });
    expect(renamed).toMatchObject({ settings: { name: 'large' } });
    await small.machines.close();
  });

  it('is refused twice', async () => {
    const { id } = await host.machines.create({});
    const [first, second] = await Promise.allSettled([get(id).start(), get(id).start()]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'wrong-state' } });
  });
});

describe('a running machine', () => {
  it('pauses, resumes and resets', async () => {
    const { id } = await started();
    expect(await get(id).pause()).toMatchObject({ state: 'paused' });
    expect(host.engine.last.state).toBe('paused');
    await expect(get(id).pause()).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await get(id).resume()).toMatchObject({ state: 'running' });
    expect(host.engine.last.state).toBe('running');
    await get(id).pause();
    expect(await get(id).reset()).toMatchObject({ state: 'running' });
    expect(host.engine.last.resets).toBe(1);
    host.engine.last.restartItself();
    expect(await events(id)).toEqual([
      ...['created', 'started', 'paused', 'resumed', 'clock-set', 'paused', 'reset', 'restarted'],
    ]);
  });

  it('is shut down by asking its guest, resumed first where it is paused', async () => {
    const { id } = await started();
    await get(id).pause();
    const operation = await ended(host.operations, await get(id).shutDown(5));
    expect(operation).toMatchObject({ kind: 'shut-down', status: 'done' });
    expect(get(id).view()).toMatchObject({ state: 'powered-off', failure: null, active: null });
    expect(await marked(id)).toBe(false);
    expect(host.machines.alive).toEqual([]);
  });

  it('goes on where its guest does not listen, or does not do it in time', async () => {
    const { id } = await started();
    host.engine.behaviour.shutDown = 'is-deaf';
    expect(await ended(host.operations, await get(id).shutDown(5))).toMatchObject({
      status: 'failed',
      error: { code: 'guest-cannot-be-asked' },
    });
    host.engine.behaviour.shutDown = 'ignores';
    expect(await ended(host.operations, await get(id).shutDown(1))).toMatchObject({
      status: 'failed',
      error: { code: 'guest-still-running' },
    });
    const waiting = await get(id).shutDown(600);
    host.operations.cancel(waiting.id);
    expect(await ended(host.operations, waiting)).toMatchObject({ status: 'cancelled' });
    expect(state(id)).toBe('running');
  });

  it('is powered off, also while somebody waits for its guest', async () => {
    const { id } = await started();
    host.engine.behaviour.shutDown = 'ignores';
    const waiting = await get(id).shutDown(600);
    expect(await get(id).powerOff()).toMatchObject({ state: 'powered-off', active: null });
    expect(await ended(host.operations, waiting)).toMatchObject({ status: 'done' });
    await expect(get(id).powerOff()).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('ends by itself', async () => {
    const { id } = await started();
    host.engine.last.end(3);
    await until(() => state(id) === 'powered-off');
    await until(async () => (await events(id)).includes('powered-off'));
    expect((await get(id).log.read({ limit: 1 }))[0]).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('3'),
    });
  });

  it('is aborted where its emulator fails, until that is discarded or it is started again', async () => {
    const { id } = await started();
    host.engine.last.fail('hart 0: boom');
    await until(() => state(id) === 'aborted');
    expect(get(id).view().failure).toMatchObject({ report: 'hart 0: boom' });
    const again = await openMachines(host.dataFolder);
    expect(again.machines.get(id).view()).toMatchObject({ state: 'aborted', failure: { report: 'hart 0: boom' } });
    await again.machines.close();
    expect(await get(id).discard()).toMatchObject({ state: 'powered-off', failure: null });
    await expect(get(id).discard()).rejects.toMatchObject({ code: 'wrong-state' });
    await ended(host.operations, await get(id).start());
    host.engine.last.fail('hart 1: boom');
    await until(() => state(id) === 'aborted');
    await ended(host.operations, await get(id).start());
    expect(get(id).view()).toMatchObject({ state: 'running', failure: null });
  });

  it('whose emulator fails while it is paused has ended, not paused', async () => {
    const { id } = await started();
    const { last } = host.engine;
    last.pause = () => {
      last.fail('hart 0: boom');
      return new Promise(() => {});
    };
    expect(await get(id).pause()).toMatchObject({ state: 'aborted' });
  });

  it('keeps the noise of its guest within bounds', async () => {
    const { id } = await started();
    for (let n = 0; n < 1000; n++) host.engine.last.note(`wrong ${n}`);
    await get(id).powerOff();
    const notes = (await get(id).log.read({ limit: 2000 })).filter(({ event }) => event === 'guest-note');
    expect(notes.length).toBeGreaterThan(10);
    expect(notes.length).toBeLessThan(100);
    expect(notes.at(-1)?.text).toMatch(/^\d+ notes more were left out$/);
  });

  it('is edited: names at once, the rest with the next start', async () => {
    const { id } = await started();
    const edited = await get(id).edit(1, { name: 'web', group: 'shop', cores: 4 });
    expect(edited).toMatchObject({
      revision: 2,
      settings: { name: 'web', group: 'shop', cores: 4 },
      active: { name: 'web', group: 'shop', cores: 1 },
    });
    await get(id).powerOff();
    await ended(host.operations, await get(id).start());
    expect(host.engine.last.spec.cores).toBe(4);
  });

  it('hands on input, sizes and the clock', async () => {
    const { id } = await started();
    await get(id).resize('hvc0', 100, 30);
    expect(host.engine.last.sizes.get('hvc0')).toEqual({ columns: 100, rows: 30 });
    await host.machines.awake();
    expect(host.engine.last.clockSet).toBe(1);
    await get(id).pause();
    await host.machines.awake();
    expect(host.engine.last.clockSet).toBe(1);
    // It stood still in the pause
    await get(id).resume();
    expect(host.engine.last.clockSet).toBe(2);
    expect(await events(id)).toEqual(['created', 'started', 'clock-set', 'paused', 'resumed', 'clock-set']);
    await get(id).powerOff();
    await ended(host.operations, await get(id).start());
    expect(host.engine.last.sizes.get('hvc0')).toEqual({ columns: 100, rows: 30 });
    await expect(get(id).console('hvc1')).rejects.toMatchObject({ code: 'console-not-found' });
  });

  it('shows its console: what was said, what is said, and what is typed', async () => {
    const { id } = await started();
    const abort = new AbortController();
    let text = '';
    let typed = false;
    for await (const event of (await get(id).console('hvc0')).attach(abort.signal)) {
      if ('bytes' in event && typeof event.bytes !== 'number') text += Buffer.from(event.bytes).toString();
      if (text.includes('hello') && !typed) {
        typed = true;
        await get(id).input('hvc0', Buffer.from('uname -m'), abort.signal);
      }
      if (text.includes('uname -m')) abort.abort();
    }
    expect(text).toMatch(/^hello\r\nuname -m$/);
    await get(id).powerOff();
    await expect(get(id).input('hvc0', Buffer.from('x'), abort.signal)).rejects.toMatchObject({
      code: 'machine-not-running',
    });
  });
});

describe('the end of the host', () => {
  it('asks guests first, and powers off those that do not hear', async () => {
    const { id: hears } = await started();
    const { id: paused } = await started();
    await get(paused).pause();
    await host.machines.end('shut-down', 1);
    expect([state(hears), state(paused)]).toEqual(['powered-off', 'powered-off']);
    const { id: deaf } = await started();
    host.engine.behaviour.shutDown = 'is-deaf';
    await host.machines.end('shut-down', 1);
    expect(state(deaf)).toBe('powered-off');
    const { id: ignores } = await started();
    host.engine.behaviour.shutDown = 'ignores';
    host.guests.hold = new Promise(() => {});
    const { id: starting } = await host.machines.create({});
    await get(starting).start();
    await host.machines.end('shut-down', 1);
    expect([state(ignores), state(starting)]).toEqual(['powered-off', 'powered-off']);
    expect(host.machines.alive).toEqual([]);
  });
});
