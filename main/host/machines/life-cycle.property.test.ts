/** Random lives of machines: against a model of the table, through crashes, and through real kills of the host's process. */
import { spawn } from 'node:child_process';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MiB } from '../../../shared/base/units.ts';
import { nameKey } from '../../../shared/contract/limits.ts';
import type { Machine, MachineState } from '../../../shared/contract/machine.ts';
import { FakeEngine, FakeGuests } from '../../../tests/fixtures/fake-engine.ts';
import type { ProcessReport } from '../../../tests/fixtures/host-process.ts';
import {
  arranged,
  type Deed,
  deed,
  doDeed,
  type Kept,
  kept,
  targetOf,
  type World,
} from '../../../tests/fixtures/random-life.ts';
import { temporaryFolder } from '../../../tests/fixtures/test-machines.ts';
import { openHost } from '../host.ts';
import { ACTIONS, type Action, TRANSITIONS } from './transitions.ts';

const HOST_PROCESS = fileURLToPath(new URL('../../../tests/fixtures/host-process.ts', import.meta.url));

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await temporaryFolder('property');
});
afterAll(() => fs.rm(root, { recursive: true, force: true }));

async function newFolder(): Promise<string> {
  const folder = path.join(root, `${folders++}`);
  await fs.mkdir(folder);
  return folder;
}

async function openWorld(dataFolder: string): Promise<World> {
  const engine = new FakeEngine({ greeting: 'hello\r\n' });
  const host = await openHost({ dataFolder, kind: 'background', version: '0', engine, guests: new FakeGuests() });
  return { host, engine, runs: new Map() };
}

const isAction = (text: string): text is Action => (ACTIONS as readonly string[]).includes(text);

/** The state that a machine is in after a deed that was not refused; undefined where it must be refused. */
function modelled(state: MachineState, { kind }: Deed): MachineState | undefined {
  const alive = state === 'running' || state === 'paused';
  switch (kind) {
    case 'start':
      return TRANSITIONS[state].start && 'running';
    // The fake guest does what it is asked for
    case 'shutDown':
      return TRANSITIONS[state].shutDown && 'powered-off';
    case 'powerOff':
      return TRANSITIONS[state].powerOff && 'powered-off';
    case 'guestEnds':
      return alive ? TRANSITIONS[state].ended : state;
    case 'guestFails':
      return alive ? TRANSITIONS[state].failed : state;
    default:
      return isAction(kind) ? TRANSITIONS[state][kind] : state;
  }
}

/** What does not depend on whether it runs. */
function lasting({ id, settings, revision, createdAt, folder }: Machine): object {
  return { id, settings, revision, createdAt, folder };
}

/** What a machine is after its host was killed: the same, but that it does not run. */
function afterKill(machine: Machine): object {
  const aborted = machine.active !== null || machine.state === 'aborted';
  return { ...lasting(machine), state: aborted ? 'aborted' : 'powered-off' };
}

function found(machine: Machine): object {
  return { ...lasting(machine), state: machine.state };
}

/** The machines of two moments that are the same in all but the one that a deed was about. */
function expectSame(before: Kept, after: Kept, except: ReadonlySet<string>): void {
  const others = ({ machines }: Kept) => machines.filter(({ id }) => !except.has(id));
  expect(others(after).map(found)).toEqual(others(before).map(afterKill));
  const trashed = ({ trash }: Kept) => trash.filter((id) => !except.has(id));
  expect(trashed(after)).toEqual(trashed(before));
}

function expectSound({ machines }: Kept): void {
  const names = machines.map(({ settings }) => nameKey(settings.name));
  expect(new Set(names).size).toBe(names.length);
  for (const { state, failure, active } of machines) {
    expect(active !== null).toBe(['starting', 'running', 'paused', 'stopping'].includes(state));
    expect(failure !== null).toBe(state === 'aborted');
  }
}

it('machines do what the table says, and outlive crashes between deeds', async () => {
  const step = fc.oneof({ weight: 12, arbitrary: deed }, { weight: 1, arbitrary: fc.constant('crash' as const) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      let folder = await newFolder();
      let world = await openWorld(folder);
      for (const each of steps) {
        const before = await kept(world.host);
        if (each === 'crash') {
          // What is on the disk at this moment; the old host never hears of it
          const copy = await newFolder();
          await fs.cp(folder, copy, { recursive: true });
          await world.host.stop('power-off');
          folder = copy;
          world = await openWorld(folder);
          expectSame(moved(before, folder), await kept(world.host), new Set());
        } else {
          const target = before.machines.find(({ id }) => id === targetOf(each, before));
          const code = await doDeed(world, each);
          const after = await kept(world.host);
          if (target) {
            const expected = modelled(target.state, each);
            if (expected === undefined) expect(code).toBe('wrong-state');
            else expect(code).not.toBe('wrong-state');
            const now = after.machines.find(({ id }) => id === target.id);
            if (each.kind === 'remove' && expected !== undefined) expect(after.trash).toContain(target.id);
            else expect(now?.state).toBe(expected ?? target.state);
          }
        }
        expectSound(await kept(world.host));
      }
      await world.host.stop('power-off');
    }),
    { numRuns: 40, seed: 1 },
  );
}, 60_000);

it('doors that ask for different things at once leave machines sound, and the files say the same', async () => {
  // What guests do by themselves is for one door to wait for
  const asked = deed.filter(({ kind }) => kind !== 'guestEnds' && kind !== 'guestFails');
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 10, maxLength: 40 }), async (deeds) => {
      const folder = await newFolder();
      const world = await openWorld(folder);
      for (const name of ['one', 'two']) await doDeed(world, { kind: 'create', name });
      await Promise.all(deeds.map((each) => doDeed(world, each)));
      expectSound(await kept(world.host));
      await world.host.stop('power-off');
      const before = await kept(world.host);
      const again = await openWorld(folder);
      const after = await kept(again.host);
      expect(after.machines.map(({ id }) => id)).toEqual(before.machines.map(({ id }) => id));
      expectSame(before, after, new Set());
      await again.host.stop('power-off');
    }),
    { numRuns: 20, seed: 3 },
  );
}, 60_000);

/** The same machines in a copy of the data folder. */
function moved({ machines, trash }: Kept, dataFolder: string): Kept {
  return {
    machines: machines.map((machine) => ({ ...machine, folder: path.join(dataFolder, 'machines', machine.id) })),
    trash,
  };
}

/** Runs deeds in a process that is killed after so many of them were begun, and a little time. */
async function killedDuring(
  dataFolder: string,
  deeds: readonly Deed[],
  begun: number,
  wait: number,
): Promise<ProcessReport> {
  const args = ['--disable-warning=ExperimentalWarning', HOST_PROCESS, dataFolder, JSON.stringify(deeds)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal));
  });
  let last: ProcessReport | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as ProcessReport;
    if (last.next >= begun && !child.killed) {
      // Later lines are still read: more may be done by then
      setTimeout(() => child.kill('SIGKILL'), wait);
    }
  }
  expect(await exited).toBe('SIGKILL');
  if (!last) throw new Error('the host said nothing before it was killed');
  return last;
}

it('a host that is killed leaves each machine as it was before or after its last change', async () => {
  const phase = fc.record({
    deeds: fc.array(deed, { minLength: 12, maxLength: 25 }),
    begun: fc.integer({ min: 1, max: 25 }),
    wait: fc.integer({ min: 0, max: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(phase, { minLength: 2, maxLength: 3 }), async (phases) => {
      const folder = await newFolder();
      for (const { deeds, begun, wait } of phases) {
        const { next, kept: before } = await killedDuring(folder, deeds, Math.min(begun, deeds.length), wait);
        const { host } = await openWorld(folder);
        expect(await host.handlers['host.notices']({}, new AbortController().signal)).toEqual([]);
        const after = await kept(host);
        expectSound(after);
        const last = deeds[next];
        if (last) expectBeforeOrAfter(last, before, after);
        else expectSame(before, after, new Set());
        await host.stop('power-off');
        const names = [
          ...(await fs.readdir(path.join(folder, 'machines'))),
          ...(await fs.readdir(path.join(folder, 'trash'))),
        ];
        expect(names.toSorted()).toEqual([...after.machines.map(({ id }) => id), ...after.trash].toSorted());
      }
    }),
    { numRuns: 10, seed: 2, endOnFailure: true },
  );
}, 120_000);

it('a host that is killed while it edits in a loop leaves the settings whole', async () => {
  const folder = await newFolder();
  const edits = Array.from(
    { length: 120 },
    (_, n): Deed => ({ kind: 'edit', pick: 0, name: `n${n}`, memory: (200 + n) * MiB }),
  );
  const deeds: Deed[] = [{ kind: 'create', name: 'edited' }, ...edits];
  for (const [turn, begun] of [9, 37, 64, 90].entries()) {
    const { next, kept: before } = await killedDuring(folder, deeds, begun, turn * 2);
    expect(next).toBeGreaterThanOrEqual(begun);
    const { host } = await openWorld(folder);
    const after = await kept(host);
    const last = deeds[next];
    if (last) expectBeforeOrAfter(last, before, after);
    const [machine] = after.machines;
    if (machine) await host.handlers['machine.remove']({ id: machine.id }, new AbortController().signal);
    await host.stop('power-off');
  }
}, 60_000);

/** `last` was being done when the host was killed. */
function expectBeforeOrAfter(last: Deed, before: Kept, after: Kept): void {
  if (last.kind === 'arrange') {
    const order = arranged(last, before).map(({ id }) => id);
    const ids = after.machines.map(({ id }) => id);
    expect([before.machines.map(({ id }) => id), order]).toContainEqual(ids);
    for (const machine of after.machines) {
      const old = before.machines.find(({ id }) => id === machine.id);
      if (!old) throw new Error('a machine came from nowhere');
      expect([old.settings, { ...old.settings, group: last.group }]).toContainEqual(machine.settings);
    }
    return;
  }
  const target = targetOf(last, before);
  const known = new Set([...before.machines.map(({ id }) => id), ...before.trash]);
  const added = after.machines.filter(({ id }) => !known.has(id));
  expect(added.length).toBeLessThanOrEqual(last.kind === 'create' || last.kind === 'clone' ? 1 : 0);
  expectSame(before, after, new Set([...added.map(({ id }) => id), ...(target === undefined ? [] : [target])]));
  for (const machine of added) {
    const source = before.machines.find(({ id }) => id === target);
    expect(machine).toMatchObject({ state: 'powered-off', revision: 1 });
    if (last.kind === 'create') expect(machine.settings.name).toBe(last.name);
    else expect({ ...machine.settings, name: '' }).toEqual({ ...source?.settings, name: '' });
  }
  const old = before.machines.find(({ id }) => id === target);
  const now = after.machines.find(({ id }) => id === target);
  if (last.kind === 'purge') expect(now).toBeUndefined();
  else if (last.kind === 'remove' && !now) expect(after.trash).toContain(target);
  else if (last.kind === 'restore' && target !== undefined) expect([...after.trash, now?.id]).toContain(target);
  else if (old) {
    if (!now) throw new Error(`${last.kind} lost a machine`);
    const edited = last.kind === 'edit' ? { name: last.name, memory: last.memory } : {};
    const settings = [old.settings, { ...old.settings, ...edited }];
    expect(settings).toContainEqual(now.settings);
    expect([old.revision, old.revision + (last.kind === 'edit' ? 1 : 0)]).toContain(now.revision);
    expect(['powered-off', 'aborted']).toContain(now.state);
    // Nothing but these can have had it end well, or forget how it failed
    const mayHaveEnded = ['powerOff', 'shutDown', 'guestEnds', 'discard', 'start'].includes(last.kind);
    if (!mayHaveEnded) expect(now.state).toBe(old.active ? 'aborted' : old.state);
  }
}
