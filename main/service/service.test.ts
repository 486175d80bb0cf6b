/** Owners and doors as real processes and threads, around a host of a few methods. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Client, connect } from '../../shared/rpc/client.ts';
import { type News, visit } from '../../tests/fixtures/visitor.ts';
import { streamWire } from '../wires/stream-wire.ts';
import { type Attached, attach, stopHost } from './attach.ts';
import { greet } from './folder-state.ts';
import { type Greeting, parseAnswer, splitFirst } from './greeting.ts';
import { filesOf, readHostFile } from './host-file.ts';
import { isLocked } from './lock.ts';
import { type EnterOptions, type Entry, enter } from './owner.ts';

const worker = new URL('../../tests/fixtures/fake-host.worker.ts', import.meta.url);
const id = 'aaaaaaaaaaaa';
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'inn-svc-'));
  undo.push(async () => {
    await stopHost({ dataFolder: made, machines: 'power-off' }).catch(() => {});
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

async function enterHere(dataFolder: string, options: Partial<EnterOptions> = {}): Promise<Entry> {
  const entry = await enter({ kind: 'serve', version: '1.0.0', dataFolder, worker, ...options });
  undo.push(() => entry.release('power-off'));
  return entry;
}

async function command(dataFolder: string, version = '1.0.0'): Promise<Attached> {
  const attached = await attach({ dataFolder, version, worker, autostart: true });
  undo.push(() => attached.client.close());
  return attached;
}

/** Background hosts that this process starts take it over. */
function withIdle(seconds: number): void {
  const before = process.env.INN_HOST_IDLE;
  process.env.INN_HOST_IDLE = String(seconds);
  undo.push(() => {
    if (before === undefined) delete process.env.INN_HOST_IDLE;
    else process.env.INN_HOST_IDLE = before;
  });
}

async function until(holds: () => boolean, patience = 10_000): Promise<void> {
  for (const end = Date.now() + patience; !holds(); ) {
    if (Date.now() > end) throw new Error(`it never came to: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isFree = (dataFolder: string) => () =>
  !existsSync(filesOf(dataFolder).host) && !isLocked(filesOf(dataFolder).lock);

describe('many at once', () => {
  it('ten commands start one host', async () => {
    const dataFolder = folder();
    const visitors = Array.from({ length: 10 }, () => visit(dataFolder, 'command', { idle: 5 }));
    const news = await Promise.all(visitors.map((visitor) => visitor.next()));
    await Promise.all(visitors.map((visitor) => visitor.exited));
    const { pid } = (await readHostFile(dataFolder)) ?? {};
    expect(pid).toBeGreaterThan(0);
    expect(news).toEqual(news.map(() => ({ role: 'attached', pid })));
    expect(readFileSync(filesOf(dataFolder).log, 'utf8').match(/host starts/g)).toHaveLength(1);
  }, 60_000);

  it('of app and serve one owns the folder and the other is attached', async () => {
    const dataFolder = folder();
    const visitors = [visit(dataFolder, 'app'), visit(dataFolder, 'serve'), visit(dataFolder, 'serve')];
    undo.push(() => visitors.map((visitor) => visitor.child.kill('SIGKILL')));
    const roles = (await Promise.all(visitors.map((visitor) => visitor.next()))).map(({ role }) => role);
    expect(roles.sort()).toEqual(['attached', 'attached', 'owner']);
  }, 30_000);
});

describe('kill -9', () => {
  it('of the owner: doors are told, and the first to enter again owns the folder', async () => {
    const dataFolder = folder();
    const owner = visit(dataFolder, 'app');
    const { pid } = await owner.next();
    const first = await enterHere(dataFolder);
    const second = await enterHere(dataFolder);
    expect([first.role, second.role]).toEqual(['attached', 'attached']);
    const wire = await first.connect('write');
    const client = await connect(wire, { version: '1.0.0' });
    expect(await client.call('host.info', {})).toMatchObject({ pid, kind: 'app' });
    const pending = client.call('trash.list', {});
    owner.child.kill('SIGKILL');
    await expect(pending).rejects.toMatchObject({ code: 'connection-lost' });
    expect(await first.ended).toEqual({ kind: 'owner-gone' });
    expect(await second.ended).toEqual({ kind: 'owner-gone' });
    await expect(second.connect('read')).rejects.toMatchObject({ code: 'connection-lost' });
    const again = await Promise.all([enterHere(dataFolder), enterHere(dataFolder)]);
    expect(again.map(({ role }) => role).sort()).toEqual(['attached', 'owner']);
  });

  it('of an owner that comes up, again and again, leaves nothing that is in the way', async () => {
    const dataFolder = folder();
    for (const milliseconds of [40, 90, 140, 190, 240]) {
      const visitor = visit(dataFolder, 'serve');
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      visitor.child.kill('SIGKILL');
      await visitor.exited;
    }
    const entry = await enterHere(dataFolder);
    expect(entry.role).toBe('owner');
  }, 30_000);
});

describe('a background host', () => {
  it('ends once nobody is there and nothing runs, and leaves no trace', async () => {
    withIdle(0.3);
    const dataFolder = folder();
    const { client, owner } = await command(dataFolder);
    expect(owner.kind).toBe('background');
    await client.call('machine.start', { id });
    client.close();
    // Longer than it would stay if nothing ran
    await new Promise((resolve) => setTimeout(resolve, 900));
    const again = await command(dataFolder);
    expect(again.owner.pid).toBe(owner.pid);
    expect(await stopHost({ dataFolder, machines: 'refuse' }).catch((error: { code: string }) => error.code)).toBe(
      'machines-running',
    );
    expect(await stopHost({ dataFolder, machines: 'shut-down' })).toBe(true);
    await until(isFree(dataFolder));
    expect(existsSync(path.join(dataFolder, 'host.sock'))).toBe(false);
    expect(await stopHost({ dataFolder, machines: 'shut-down' })).toBe(false);
    const idle = await command(dataFolder);
    idle.client.close();
    await until(isFree(dataFolder));
  }, 30_000);

  it('ends in order on SIGTERM', async () => {
    const dataFolder = folder();
    const { client, owner } = await command(dataFolder);
    await client.call('machine.start', { id });
    process.kill(owner.pid, 'SIGTERM');
    await client.closed;
    await until(isFree(dataFolder));
  });

  it('on a second signal no longer waits for guests', async () => {
    const dataFolder = folder();
    const { client, owner } = await command(dataFolder, 'stubborn');
    await client.call('machine.start', { id });
    process.kill(owner.pid, 'SIGTERM');
    await expect(client.call('host.notices', {})).resolves.toEqual([]);
    process.kill(owner.pid, 'SIGTERM');
    await client.closed;
    await until(isFree(dataFolder));
  });

  it('that cannot start says why, to whoever wanted it', async () => {
    const dataFolder = folder();
    await expect(command(dataFolder, 'unusable')).rejects.toMatchObject({ code: 'disk-full', nextStep: 'Make room.' });
    await expect(enterHere(dataFolder, { version: 'unusable' })).rejects.toMatchObject({ code: 'disk-full' });
    await until(isFree(dataFolder));
  });

  it('that breaks at once says where to look', async () => {
    const dataFolder = folder();
    const missing = new URL('./no-such.worker.ts', import.meta.url);
    await expect(attach({ dataFolder, version: '1', autostart: true, worker: missing })).rejects.toMatchObject({
      code: 'host-start-failed',
    });
    await until(isFree(dataFolder));
  });
});

describe('the end that a door asks for', () => {
  it('ends the owner', async () => {
    const dataFolder = folder();
    const entry = await enterHere(dataFolder);
    const { client } = await command(dataFolder);
    expect(await client.call('host.stop', { machines: 'shut-down' })).toBeNull();
    expect(await entry.ended).toEqual({ kind: 'stopped', requested: true });
    expect(isFree(dataFolder)()).toBe(true);
  });
});

describe('a host that breaks', () => {
  /** As doors do: the first try may still meet the end of the one that broke. */
  const reconnect = async (entry: Entry): Promise<Client> => {
    for (;;) {
      try {
        return await connect(await entry.connect('write'), { version: '1.0.0' });
      } catch (error) {
        expect(error).toMatchObject({ code: 'connection-lost' });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  };
  const breakIt = async (entry: Entry) => {
    const client = await reconnect(entry);
    await client.call('host.dismissNotice', { id: 'break' }).catch(() => {});
    await client.closed;
  };

  it('is started anew, three times; then its owner ends with the report', async () => {
    const dataFolder = folder();
    const entry = await enterHere(dataFolder);
    for (let n = 0; n < 3; n++) {
      await breakIt(entry);
      const client = await reconnect(entry);
      expect(await client.call('host.info', {})).toMatchObject({ pid: process.pid });
      client.close();
    }
    await breakIt(entry);
    expect(await entry.ended).toEqual({ kind: 'died', report: expect.stringContaining('broken on purpose') });
    await expect(entry.connect('read')).rejects.toMatchObject({ code: 'connection-lost' });
    expect(isFree(dataFolder)()).toBe(true);
    expect(readFileSync(filesOf(dataFolder).log, 'utf8')).toContain('broken on purpose');
  });
});

describe('access', () => {
  it('is no more than the door was given, also by way of another process', async () => {
    const dataFolder = folder();
    const entries = [await enterHere(dataFolder), await enterHere(dataFolder)];
    expect(entries.map(({ role }) => role)).toEqual(['owner', 'attached']);
    for (const entry of entries) {
      const client = await connect(await entry.connect('read'), { version: '1.0.0', access: 'write' });
      expect(client.server.access).toBe('read');
      expect(await client.call('host.notices', {})).toEqual([]);
      await expect(client.call('machine.start', { id })).rejects.toMatchObject({ code: expect.any(String) });
      expect(entries[0]?.running()).toBe(0);
      client.close();
    }
  });

  it('files that hold the token are for their owner only, and the log does not have it', async () => {
    const dataFolder = folder();
    await enterHere(dataFolder);
    const { token = '' } = (await readHostFile(dataFolder)) ?? {};
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(filesOf(dataFolder).host).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(dataFolder, 'host.sock')).mode & 0o777).toBe(0o600);
    expect(readFileSync(filesOf(dataFolder).log, 'utf8')).not.toContain(token);
  });

  it('needs the token', async () => {
    const dataFolder = folder();
    await enterHere(dataFolder);
    const file = await readHostFile(dataFolder);
    for (const token of ['', '0'.repeat(64), `${file?.token}0`, file?.token.toUpperCase() ?? '']) {
      const greeted = await greet({ ...file!, token }, { kind: 'connect', access: 'read' });
      expect(greeted?.answer).toMatchObject({ ok: false, error: { code: 'not-authorised' } });
    }
    expect((await greet(file!, { kind: 'connect', access: 'read' }))?.answer.ok).toBe(true);
  });

  it.each<[string, (greeting: Greeting) => Uint8Array]>([
    ['nothing', () => new Uint8Array()],
    ['bytes that are no JSON', () => new Uint8Array([0xff, 0xfe, 0])],
    ['another shape', () => new TextEncoder().encode('{"innkeeper":1}')],
    ['too much', (greeting) => new TextEncoder().encode(`${JSON.stringify(greeting)}${' '.repeat(2000)}`)],
    [
      'an access that there is not',
      (greeting) => new TextEncoder().encode(JSON.stringify({ ...greeting, ask: { kind: 'connect', access: 'all' } })),
    ],
  ])('is not given for %s', async (_, make) => {
    const dataFolder = folder();
    await enterHere(dataFolder);
    const file = await readHostFile(dataFolder);
    const wire = streamWire(connectSocket(file!.socket));
    const { first, rest } = splitFirst(wire, 5000);
    const closed = new Promise<void>((resolve) => rest.onClose(() => resolve()));
    wire.send(make({ innkeeper: 1, token: file!.token, ask: { kind: 'connect', access: 'read' } }));
    expect(parseAnswer((await first) ?? new Uint8Array())).toMatchObject({ ok: false });
    await closed;
  });

  it('a door that says more than fits a message is closed; others go on', async () => {
    const dataFolder = folder();
    const entry = await enterHere(dataFolder);
    const file = await readHostFile(dataFolder);
    const socket = connectSocket(file!.socket);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {}).resume();
    socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    await closed;
    const client = await connect(await entry.connect('read'), { version: '1.0.0' });
    expect(await client.call('host.notices', {})).toEqual([]);
  });
});

it('a data folder whose path is too long for a socket works all the same', async () => {
  const dataFolder = path.join(folder(), 'd'.repeat(60), 'e'.repeat(60));
  const entry = await enterHere(dataFolder);
  expect(entry.role).toBe('owner');
  const { client } = await command(dataFolder);
  expect(await client.call('host.info', {})).toMatchObject({ dataFolder });
});

it('a data folder that is none is said', async () => {
  const file = path.join(folder(), 'file');
  writeFileSync(file, '');
  await expect(enter({ kind: 'serve', version: '1', dataFolder: file, worker })).rejects.toMatchObject({
    code: 'data-folder-unusable',
  });
});

it('an owner that gets SIGINT ends in order', async () => {
  const dataFolder = folder();
  const visitor = visit(dataFolder, 'app');
  const news: News = await visitor.next();
  expect(news.role).toBe('owner');
  visitor.child.kill('SIGINT');
  expect((await visitor.next()).ended).toMatchObject({ kind: 'stopped' });
  await visitor.exited;
  expect(isFree(dataFolder)()).toBe(true);
});
