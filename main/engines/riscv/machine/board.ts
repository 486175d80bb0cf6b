/** Puts the devices of a machine together: what is on its bus, which lines they pull, where their bytes go. */
import { Bus } from '../devices/bus.ts';
import { Clint } from '../devices/clint.ts';
import type { ByteSink, DeviceClock, Note, Stateful, Timed } from '../devices/device.ts';
import { HartLines } from '../devices/hart-lines.ts';
import { rateLimited } from '../devices/note.ts';
import { HostBridge } from '../devices/pci/function.ts';
import { PciHost } from '../devices/pci/host.ts';
import { Plic } from '../devices/plic.ts';
import { GoldfishRtc } from '../devices/rtc.ts';
import { type Finish, Syscon } from '../devices/syscon.ts';
import { Uart16550 } from '../devices/uart16550.ts';
import { VirtioConsole } from '../devices/virtio/console.ts';
import type { VirtioDevice } from '../devices/virtio/device.ts';
import { VirtioMmio } from '../devices/virtio/mmio.ts';
import { VirtioPci } from '../devices/virtio/pci.ts';
import { VirtioRng } from '../devices/virtio/rng.ts';
import { type GuestRam, openGuestRam } from '../memory/guest-ram.ts';
import type { Layout } from '../memory/layout.ts';
import { AGENT_PORT, type Channel } from './channels.ts';
import { IRQ_SOURCE, MEMORY_MAP, PCI_IRQS, virtioMmio } from './memory-map.ts';

interface SharedMemory {
  readonly buffer: ArrayBufferLike;
}

/** The interrupt controllers: each hart's thread has its own view of them, on the same shared words. */
export interface InterruptControllers {
  readonly bus: Bus;
  readonly plic: Plic;
  readonly clint: Clint;
  readonly lines: HartLines;
}

export function openInterruptControllers(
  memory: SharedMemory,
  harts: number,
  mtime: () => bigint,
): InterruptControllers {
  const lines = new HartLines(memory);
  const plic = new Plic({ memory, harts, lines });
  const clint = new Clint({ memory, harts, lines, mtime });
  const bus = new Bus();
  bus.map(MEMORY_MAP.plic.base, MEMORY_MAP.plic.size, plic);
  bus.map(MEMORY_MAP.clint.base, MEMORY_MAP.clint.size, clint);
  return { bus, plic, clint, lines };
}

export interface BoardOptions {
  readonly memory: SharedMemory;
  readonly layout: Layout;
  readonly clock: DeviceClock;
  /** The transport of the virtio devices. */
  readonly transport: 'pci' | 'mmio';
  /** As `channelsOf` gives them. */
  readonly channels: readonly Channel[];
  readonly sink: (channel: Channel) => ByteSink;
  /** Called when a console has room again after `input` took less than it was offered. */
  readonly onRoom: (channel: Channel) => void;
  /** Called when the guest opens or closes the agent's port. */
  readonly onAgent?: (open: boolean) => void;
  /** Fills with random bytes. */
  readonly entropy: (into: Uint8Array) => void;
  /** The guest ended the machine through the test finisher. */
  readonly finish: (finish: Finish) => void;
  readonly note: Note;
}

export interface Board {
  readonly bus: Bus;
  readonly timed: readonly Timed[];
  /** All whose state is the machine's, in an order that stays. */
  readonly stateful: readonly Stateful<unknown>[];
  /** Offers bytes to a console; yields how many it took. */
  input(channel: Channel, bytes: Uint8Array): number;
  /** Tells a console that its sink has room again. */
  resume(channel: Channel): void;
  /** Without effect on the UART, which knows no size. */
  resize(channel: Channel, columns: number, rows: number): void;
}

/** Slots of virtio-mmio, and device numbers on PCI, in the order of the devices. */
export const VIRTIO_DEVICES = ['console', 'rng'] as const;

export function buildBoard(options: BoardOptions): Board {
  const { memory, layout, clock, sink, onRoom } = options;
  const note = rateLimited(options.note, clock);
  const ram = openGuestRam(memory, layout);
  // Devices pull lines only; the views the harts have make of it what the guest programmed
  const plic = new Plic({ memory, harts: layout.harts, lines: new HartLines(memory) });
  const bus = new Bus();

  const uart = new Uart16550({
    irq: plic.line(IRQ_SOURCE.uart),
    sink: sink('ttyS0'),
    note,
    onRoom: () => onRoom('ttyS0'),
  });
  const rtc = new GoldfishRtc({ irq: plic.line(IRQ_SOURCE.rtc), clock });
  const syscon = new Syscon({ finish: options.finish, note });
  bus.map(MEMORY_MAP.uart.base, MEMORY_MAP.uart.size, uart);
  bus.map(MEMORY_MAP.rtc.base, MEMORY_MAP.rtc.size, rtc);
  bus.map(MEMORY_MAP.test.base, MEMORY_MAP.test.size, syscon);

  const portNames: readonly Channel[] = options.channels.filter((channel) => channel !== 'ttyS0');
  const virtioConsole = new VirtioConsole({
    ports: portNames.map((channel) => ({
      ...(channel === AGENT_PORT
        ? { console: false, name: channel, onGuestOpen: options.onAgent ?? ignore }
        : { console: true }),
      sink: sink(channel),
      onRoom: () => onRoom(channel),
    })),
    note,
  });
  const rng = new VirtioRng({ entropy: options.entropy });
  const virtio: Record<(typeof VIRTIO_DEVICES)[number], VirtioDevice<unknown>> = { console: virtioConsole, rng };
  const devices = VIRTIO_DEVICES.map((name) => virtio[name]);
  const transports =
    options.transport === 'pci' ? onPci(bus, plic, ram, note, devices) : onMmio(bus, plic, ram, note, devices);

  const portOf = (channel: Channel) => virtioConsole.ports[portNames.indexOf(channel)];
  return {
    bus,
    timed: [rtc, ...transports.timed],
    stateful: [uart, rtc, syscon, ...transports.stateful],
    input: (channel, bytes) =>
      channel === 'ttyS0' ? uart.receive(bytes) : (portOf(channel)?.receive(bytes) ?? bytes.length),
    resume: (channel) => {
      if (channel === 'ttyS0') uart.resume();
      else portOf(channel)?.resume();
    },
    resize: (channel, columns, rows) => portOf(channel)?.resize(columns, rows),
  };
}

type Transports = Pick<Board, 'timed' | 'stateful'>;

function onMmio(
  bus: Bus,
  plic: Plic,
  ram: GuestRam,
  note: Note,
  devices: readonly VirtioDevice<unknown>[],
): Transports {
  const transports = devices.map((device, slot) => {
    const { base, size, irq } = virtioMmio(slot);
    const transport = new VirtioMmio({ device, ram, irq: plic.line(irq), note });
    bus.map(base, size, transport);
    return transport;
  });
  return { timed: transports, stateful: transports };
}

/** The host bridge is device 0, as everywhere; the others follow it. */
function onPci(bus: Bus, plic: Plic, ram: GuestRam, note: Note, devices: readonly VirtioDevice<unknown>[]): Transports {
  const { pciEcam, pciMmio, pciPio } = MEMORY_MAP;
  const [a, b, c, d] = PCI_IRQS;
  const host = new PciHost({
    irqs: [plic.line(a), plic.line(b), plic.line(c), plic.line(d)],
    memoryBase: pciMmio.base,
  });
  host.plug(0, new HostBridge());
  const transports = devices.map((device, index) => {
    const transport = new VirtioPci({ device, ram, note });
    host.plug(index + 1, transport);
    return transport;
  });
  bus.map(pciEcam.base, pciEcam.size, host.ecam);
  bus.map(pciMmio.base, pciMmio.size, host.memory);
  bus.map(pciPio.base, pciPio.size, host.ports);
  return { timed: transports, stateful: [host] };
}

function ignore(): void {}
