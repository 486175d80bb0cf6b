/** The emulator as the host knows engines. */
import type { Engine, MachineEvents, MachineSpec, MachineStatistics, RunningMachine } from '../../engine.ts';
import { AGENT_PORT, type Channel, isChannel } from '../machine/channels.ts';
import { largestRam, MAX_HARTS } from '../memory/layout.ts';
import { Machine, totalOf } from '../threads/machine.ts';
import { bootSourceOf } from './boot-files.ts';
import { GuestAgent } from './guest-agent.ts';

export function riscvEngine(): Engine {
  return { id: 'riscv', maxCores: MAX_HARTS, maxMemory: largestRam, start };
}

async function start(spec: MachineSpec, events: MachineEvents): Promise<RunningMachine> {
  const source = bootSourceOf(spec.files, spec.commandLine, (text) => events.onNote(text));
  let machine: Machine | undefined;
  const agent = new GuestAgent({
    send: (bytes) => machine?.input(AGENT_PORT, bytes),
    room: () => machine?.inputRoom(AGENT_PORT) === true,
  });
  machine = await Machine.start({
    harts: spec.cores,
    ramSize: spec.memory,
    clock: 'wall',
    loadFiles: source.loadFiles,
    bootArguments: source.bootArguments,
    transport: spec.transport,
    console: source.console,
    terminals: spec.consoles,
    agent: true,
    onOutput: (channel, bytes, taken) => {
      if (channel !== AGENT_PORT) {
        events.onOutput(channel, bytes, taken);
        return;
      }
      agent.receive(bytes);
      taken();
    },
    onAgent: (open) => agent.setOpen(open),
    onNote: (text) => events.onNote(text),
    onReset: () => events.onReset(),
  });
  return running(machine, agent);
}

function running(machine: Machine, agent: GuestAgent): RunningMachine {
  // The agent's port is not the host's to write to
  const on = <T>(name: string, act: (channel: Channel) => T): T | undefined =>
    isChannel(name) && name !== AGENT_PORT ? act(name) : undefined;
  return {
    ended: machine.ended.finally(() => agent.setOpen(false)),
    pause: () => machine.pause(),
    resume: () => machine.resume(),
    reset: () => machine.reset(),
    powerOff: () => machine.powerOff(),
    shutDown: () => agent.shutDown(),
    setClock: () => agent.setClock(),
    input: (console, bytes) => on(console, (channel) => machine.input(channel, bytes)),
    inputRoom: (console) => on(console, (channel) => machine.inputRoom(channel)) ?? true,
    resize: (console, columns, rows) => on(console, (channel) => machine.resize(channel, columns, rows)),
    statistics: () => statisticsOf(machine),
  };
}

function statisticsOf(machine: Machine): MachineStatistics {
  const { steps, cpuMs } = totalOf(machine.statistics());
  return { cpuMs, instructions: steps, memory: machine.memoryWritten() };
}
