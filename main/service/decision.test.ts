/** The table of README.md, and each of its cells brought about. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import { wirePair } from '../../shared/rpc/pair.ts';
import { visit } from '../../tests/fixtures/visitor.ts';
import { type Arrival, arrive } from './arrive.ts';
import { stopHost } from './attach.ts';
import { COMERS, type Comer, DECISIONS, type Decision } from './decision.ts';
import { openEndpoint } from './endpoint.ts';
import { endpointPath } from './endpoint-path.ts';
import { type FolderState, lookAt } from './folder-state.ts';
import { filesOf, newToken, readHostFile, writeHostFile } from './host-file.ts';
import { tryLock } from './lock.ts';

const worker = new URL('../../tests/fixtures/fake-host.worker.ts', import.meta.url);
const version = '1.0.0';
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'inn-own-'));
  undo.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Somebody who answers as an owner does; there is no host behind it. */
async function pretendOwner(dataFolder: string, protocol: number): Promise<void> {
  const lock = tryLock(filesOf(dataFolder).lock);
  const token = newToken();
  const socket = await endpointPath(dataFolder);
  const endpoint = await openEndpoint({
    path: socket,
    token,
    connect: async () => wirePair()[0],
    stop: async () => {},
    onDoors: () => {},
  });
  await writeHostFile(dataFolder, {
    pid: 4711,
    version: '9.9.9',
    protocol,
    kind: 'background',
    socket,
    token,
    startedAt: 1,
  });
  undo.push(async () => {
    await endpoint.close();
    lock?.release();
  });
}

/** Each way to come to a state. */
const STATES: Readonly<Record<string, { state: FolderState; make: (dataFolder: string) => Promise<void> | void }>> = {
  'a new folder': { state: 'free', make: () => {} },
  'what a killed owner left': {
    state: 'free',
    make: async (dataFolder) => {
      const owner = visit(dataFolder, 'serve');
      expect(await owner.next()).toMatchObject({ role: 'owner' });
      owner.child.kill('SIGKILL');
      await owner.exited;
      expect(existsSync(filesOf(dataFolder).host)).toBe(true);
    },
  },
  'an owner that comes up': {
    state: 'busy',
    make: (dataFolder) => {
      const lock = tryLock(filesOf(dataFolder).lock);
      undo.push(() => lock?.release());
    },
  },
  'an owner that hangs': {
    state: 'busy',
    make: async (dataFolder) => {
      const lock = tryLock(filesOf(dataFolder).lock);
      const socket = await endpointPath(dataFolder);
      // Takes connections and drops them without a word
      const server = createServer((connection) => connection.destroy()).listen(socket);
      await writeHostFile(dataFolder, {
        ...{ pid: 4711, version, protocol: PROTOCOL, kind: 'app', socket, token: newToken(), startedAt: 1 },
      });
      undo.push(async () => {
        await new Promise((resolve) => server.close(resolve));
        lock?.release();
      });
    },
  },
  'an owner': { state: 'owned', make: (dataFolder) => pretendOwner(dataFolder, PROTOCOL) },
  'an owner of another protocol': { state: 'mismatch', make: (dataFolder) => pretendOwner(dataFolder, PROTOCOL + 1) },
};

/** What is seen of each decision. */
const OUTCOMES: Readonly<Record<Decision, object>> = {
  own: { role: 'owner' },
  attach: { role: 'attached', owner: { pid: 4711 } },
  start: { role: 'attached', owner: { kind: 'background' } },
  wait: { code: 'host-not-answering' },
  'no-host': { code: 'no-host' },
  mismatch: { code: 'host-version-mismatch' },
  leave: { role: 'superfluous' },
};

async function leave(arrival: Arrival, dataFolder: string): Promise<void> {
  if (arrival.role === 'owner') await arrival.ownership.release('power-off');
  if (arrival.role === 'attached') {
    arrival.wire.close();
    if (arrival.owner.pid !== 4711) await stopHost({ dataFolder, machines: 'power-off' });
  }
}

describe.each(Object.entries(STATES))('%s', (_, { state, make }) => {
  it.each(COMERS)(`(${state}) as %s finds it`, async (comer: Comer) => {
    const dataFolder = folder();
    await make(dataFolder);
    const seen = await lookAt(dataFolder, { kind: 'connect', access: 'read' });
    if (seen.state === 'owned') seen.wire.close();
    expect(seen.state).toBe(state);
    const arrival = await arrive(comer, { dataFolder, version, worker, access: 'write', patience: 100 }).catch(
      (error: unknown) => error,
    );
    expect(arrival).toMatchObject(OUTCOMES[DECISIONS[state][comer]]);
    if (!(arrival instanceof Error)) await leave(arrival as Arrival, dataFolder);
  });
});

it('is the table of the README', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| (\S+) \|(.*)\|$/gm)].map(([, first = '', rest = '']) => [
    first,
    ...rest.split('|').map((cell) => cell.trim()),
  ]);
  const start = rows.findIndex(([first]) => first === 'found');
  expect(rows[start]).toEqual(['found', ...COMERS]);
  const table = Object.entries(DECISIONS).map(([state, row]) => [state, ...COMERS.map((comer) => row[comer])]);
  expect(rows.slice(start + 1, start + 1 + table.length)).toEqual(table);
});

it('a mismatch names both versions and what to do', async () => {
  const dataFolder = folder();
  await pretendOwner(dataFolder, PROTOCOL + 1);
  const error = await arrive('command', { dataFolder, version, worker, access: 'write' }).catch((e: unknown) => e);
  expect(error).toMatchObject({
    message: expect.stringMatching(/9\.9\.9.*1\.0\.0/),
    nextStep: expect.stringContaining('inn host restart'),
    details: { host: { version: '9.9.9', pid: 4711 }, door: { version } },
  });
});

it('a host.json that makes no sense counts as none', async () => {
  const dataFolder = folder();
  for (const text of ['', '{', '[]', '{"pid":"x"}']) {
    writeFileSync(filesOf(dataFolder).host, text);
    expect(await readHostFile(dataFolder)).toBeUndefined();
    expect(await lookAt(dataFolder, { kind: 'connect', access: 'read' })).toEqual({ state: 'free' });
  }
});
