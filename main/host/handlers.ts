/** What the host does for each method of the contract. Wiring only. */
import os from 'node:os';
import type { Handlers, ResultOf } from '../../shared/contract/contract.ts';
import { bundle } from './doctor/bundle.ts';
import { type DoctorFacts, runChecks } from './doctor/doctor.ts';
import type { HostParts } from './parts.ts';
import { type StatusFacts, watchHostStatus } from './status/host-status.ts';

export function handlersOf(parts: HostParts): Handlers {
  const { options, machines, operations, preferences, uploads, notices } = parts;
  const statusFacts: StatusFacts = {
    memoryPromised: () => machines.memoryPromised,
    running: () => machines.alive.length,
    dataFolder: options.dataFolder,
  };
  const doctorFacts: DoctorFacts = {
    dataFolder: options.dataFolder,
    version: options.version,
    kind: options.kind,
    machines: () => machines.list(),
    notices: () => notices.list(),
    readyKernels: () => options.guests.ready(),
  };
  return {
    'host.info': () => info(parts),
    'host.status': (_, signal) => watchHostStatus(signal, statusFacts),
    'host.doctor': () => runChecks(doctorFacts),
    'host.notices': () => notices.list(),
    'host.dismissNotice': ({ id }) => done(notices.dismiss(id)),
    'host.stop': async ({ machines: how }) => done(await parts.requestStop(how)),
    'host.awake': async () => done(await machines.awake()),
    'host.bundle': () => bundle(doctorFacts),

    'machine.list': () => machines.list(),
    'machine.get': ({ id }) => machines.get(id).view(),
    'machine.watch': (_, signal) => machines.watch(signal),
    'machine.create': (wanted) => machines.create(wanted),
    'machine.edit': ({ id, revision, changes }) => machines.get(id).edit(revision, changes),
    'machine.arrange': async ({ order }) => done(await machines.arrange(order)),
    'machine.start': ({ id }) => {
      parts.mayStart();
      return machines.get(id).start();
    },
    'machine.pause': ({ id }) => machines.get(id).pause(),
    'machine.resume': ({ id }) => machines.get(id).resume(),
    'machine.reset': ({ id }) => machines.get(id).reset(),
    'machine.shutDown': ({ id, seconds }) => machines.get(id).shutDown(seconds),
    'machine.powerOff': ({ id }) => machines.get(id).powerOff(),
    'machine.discard': ({ id }) => machines.get(id).discard(),
    'machine.clone': ({ id, name }) => machines.clone(id, name),
    'machine.remove': ({ id }) => machines.remove(id),
    'machine.restore': ({ id }) => machines.restore(id),
    'machine.usage': (_, signal) => machines.usage.watch(signal),
    'machine.log': ({ id, before, limit }) => machines.get(id).log.read({ before, limit }),
    'machine.watchLog': async function* ({ id, last }, signal) {
      yield* machines.get(id).log.watch(signal, last);
    },

    'trash.list': () => machines.trashed(),
    'trash.purge': ({ id }) => machines.purge(id),

    'console.attach': async function* ({ id, console }, signal) {
      yield* (await machines.get(id).console(console)).attach(signal);
    },
    'console.input': async ({ id, console, bytes }, signal) =>
      done(await machines.get(id).input(console, bytes, signal)),
    'console.resize': async ({ id, console, columns, rows }) =>
      done(await machines.get(id).resize(console, columns, rows)),
    'console.clear': async ({ id, console }) => done((await machines.get(id).console(console)).clear()),

    'operation.list': () => operations.list(),
    'operation.watch': (_, signal) => operations.watch(signal),
    'operation.cancel': ({ id }) => operations.cancel(id),
    'operation.dismiss': ({ id }) => done(operations.dismiss(id)),

    'preferences.get': () => preferences.get(),
    'preferences.set': (change) => preferences.set(change),
    'preferences.watch': (_, signal) => preferences.watch(signal),

    'file.inspect': ({ file }) => uploads.inspect(file),
    'upload.begin': (file) => uploads.begin(file),
    'upload.write': async (chunk) => done(await uploads.write(chunk)),
    'upload.cancel': async ({ id }) => done(await uploads.cancel(id)),
  };
}

/** What methods answer that have nothing to say. */
function done(_nothing: unknown): null {
  return null;
}

async function info({ options, memory, startedAt }: HostParts): Promise<ResultOf<'host.info'>> {
  const { version, kind, dataFolder, engine, guests } = options;
  return {
    ...{ version, kind, dataFolder, startedAt },
    pid: process.pid,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    cpus: os.availableParallelism(),
    memory,
    limits: { cores: engine.maxCores, memory: Math.min(memory, engine.maxMemory(1)) },
    readyKernels: await guests.ready(),
  };
}
