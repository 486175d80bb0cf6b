/** The host's thread. Wiring only. */
import { parentPort, workerData } from 'node:worker_threads';
import { riscvEngine } from '../engines/riscv/engine/riscv-engine.ts';
import { openHost } from '../host/host.ts';
import { bundledGuestFolder } from '../platform/resources.ts';
import { guestSource } from './guest-build.ts';
import { serveHostOn } from './host-port.ts';
import type { HostSetup } from './messages.ts';

if (!parentPort) throw new Error('host.worker is a thread');
const setup: HostSetup = workerData;
const { dataFolder, kind, version, guestFolder } = setup;
await serveHostOn(parentPort, setup, () =>
  openHost({
    dataFolder,
    kind,
    version,
    engine: riscvEngine(),
    guests: guestSource(guestFolder ?? bundledGuestFolder()),
  }),
);
