import { promises as fs } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MiB } from '../../shared/base/units.ts';
import { contract, type Method } from '../../shared/contract/contract.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { FakeEngine, FakeGuests } from '../../tests/fixtures/fake-engine.ts';
import { temporaryFolder, until } from '../../tests/fixtures/test-machines.ts';
import { type Host, openHost } from './host.ts';

let dataFolder: string;
let engine: FakeEngine;
let guests: FakeGuests;
let host: Host;
const never = new AbortController().signal;

async function open(): Promise<Host> {
  engine = new FakeEngine({ greeting: 'hello\r\n' });
  guests = new FakeGuests();
  return openHost({ dataFolder, kind: 'background', version: '1.2.3', engine, guests, memoryLimit: 512 * MiB });
}

beforeEach(async () => {
  dataFolder = await temporaryFolder('host');
  host = await open();
});
afterEach(async () => {
  await host.stop('power-off');
  await fs.rm(dataFolder, { recursive: true });
});

const create = () => host.handlers['machine.create']({}, never);
const state = async (id: string) => (await host.handlers['machine.get']({ id }, never)).state;

async function start(id: string): Promise<void> {
  const operation = await host.handlers['machine.start']({ id }, never);
  await until(async () => (await operationOf(operation)).status !== 'running');
  expect(await operationOf(operation)).toMatchObject({ status: 'done' });
}

async function operationOf({ id }: Operation): Promise<Operation> {
  const found = (await host.handlers['operation.list']({}, never)).find((operation) => operation.id === id);
  if (!found) throw new Error('the operation is gone');
  return found;
}

async function first<T>(events: AsyncIterable<T>): Promise<T> {
  for await (const event of events) return event;
  throw new Error('the stream ended');
}

describe('openHost', () => {
  it('has a handler for every method of the contract, and no other', () => {
    expect(Object.keys(host.handlers).toSorted()).toEqual(Object.keys(contract).toSorted());
  });

  it('answers what it says it does, as the schemas have it', async () => {
    const { id } = await create();
    await start(id);
    const parse = (method: Method, value: unknown) => {
      const { result, event } = contract[method] as { result?: { parse(v: unknown): void }; event?: typeof result };
      (result ?? event)?.parse(value);
    };
    const { handlers } = host;
    parse('host.info', await handlers['host.info']({}, never));
    parse('host.doctor', await handlers['host.doctor']({}, never));
    parse('host.notices', await handlers['host.notices']({}, never));
    parse('machine.list', await handlers['machine.list']({}, never));
    parse('machine.log', await handlers['machine.log']({ id, limit: 10 }, never));
    parse('trash.list', await handlers['trash.list']({}, never));
    parse('operation.list', await handlers['operation.list']({}, never));
    parse('preferences.get', await handlers['preferences.get']({}, never));
    parse('host.status', await first(handlers['host.status']({}, never)));
    parse('machine.watch', await first(handlers['machine.watch']({}, never)));
    parse('machine.watchLog', await first(handlers['machine.watchLog']({ id, last: 5 }, never)));
    parse('operation.watch', await first(handlers['operation.watch']({}, never)));
    parse('preferences.watch', await first(handlers['preferences.watch']({}, never)));
    parse('console.attach', await first(handlers['console.attach']({ id, console: 'hvc0' }, never)));
    parse('machine.usage', await first(handlers['machine.usage']({}, never)));
    parse('host.bundle', await first(handlers['host.bundle']({}, never)));
    expect(await handlers['host.info']({}, never)).toMatchObject({
      ...{ version: '1.2.3', kind: 'background', dataFolder, memory: 512 * MiB },
      ...{ limits: { cores: 8, memory: 512 * MiB }, readyKernels: ['stock', 'small'] },
    });
  });

  it('opens what an earlier one left, whatever is damaged in it', async () => {
    const { id } = await create();
    await host.stop('power-off');
    await fs.writeFile(path.join(dataFolder, 'preferences.json'), '{');
    await fs.writeFile(path.join(dataFolder, 'order.json'), '[]');
    host = await open();
    expect((await host.handlers['host.notices']({}, never)).map(({ code }) => code).toSorted()).toEqual([
      ...['order-lost', 'preferences-set-aside'],
    ]);
    expect(await state(id)).toBe('powered-off');
    for (const notice of await host.handlers['host.notices']({}, never)) {
      await host.handlers['host.dismissNotice']({ id: notice.id }, never);
    }
    expect(await host.handlers['host.notices']({}, never)).toEqual([]);
  });

  it('says when the number of running machines changes', async () => {
    const { id } = await create();
    let told = 0;
    host.onRunningChange(() => told++);
    await start(id);
    expect([host.running(), told]).toEqual([1, 1]);
    engine.last.end();
    await until(() => host.running() === 0);
    expect(told).toBe(2);
  });
});

describe('the end', () => {
  it('is refused while machines run, if that is wanted', async () => {
    const { id } = await create();
    await start(id);
    await expect(host.handlers['host.stop']({ machines: 'refuse' }, never)).rejects.toMatchObject({
      code: 'machines-running',
      message: '“linux” runs',
    });
    expect(await state(id)).toBe('running');
    await host.handlers['machine.powerOff']({ id }, never);
    await host.handlers['host.stop']({ machines: 'refuse' }, never);
    await host.stopRequested;
  });

  it('comes when guests have shut down, and starts nothing after that', async () => {
    const { id } = await create();
    await start(id);
    await host.handlers['host.stop']({ machines: 'shut-down' }, never);
    await host.stopRequested;
    expect(host.running()).toBe(0);
    expect(() => host.handlers['machine.start']({ id }, never)).toThrow(
      expect.objectContaining({ code: 'host-ending' }),
    );
  });

  it('calls off what is being built', async () => {
    guests.hold = new Promise(() => {});
    const { id } = await create();
    await host.handlers['machine.start']({ id }, never);
    await host.stop('shut-down');
    expect(await state(id)).toBe('powered-off');
    await host.stop('power-off');
  });

  it('leaves what consoles said to the next host', async () => {
    const { id } = await create();
    await start(id);
    engine.last.say('remember this');
    await host.stop('power-off');
    host = await open();
    let text = '';
    for await (const event of host.handlers['console.attach']({ id, console: 'hvc0' }, never)) {
      if (event.kind === 'replay') text += Buffer.from(event.bytes).toString();
      if (event.kind === 'replay' && event.last) break;
    }
    expect(text).toContain('remember this');
  });
});
