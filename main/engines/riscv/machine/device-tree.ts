/**
 * The device tree of a machine. Its shape is that of QEMU's `virt` board, which kernels and firmware know; it names what
 * the machine really has and nothing more.
 */
import { TIMEBASE_HZ } from '../isa/csr.ts';
import { type FdtNode, type FdtValue, node } from './fdt.ts';
import {
  IRQ_SOURCE,
  MEMORY_MAP,
  PCI_IRQS,
  PLIC_SOURCES,
  pciIrq,
  RAM_BASE,
  type Region,
  virtioMmio,
} from './memory-map.ts';

/** What a machine is made of, as far as its device tree tells. Sizes in bytes, addresses guest-physical. */
export interface Board {
  /** 1 to 8. */
  readonly harts: number;
  readonly ramSize: number;
  /** Who is in M-mode: our own SBI, which the guest cannot see, or firmware that runs in the guest. */
  readonly sbi: 'built-in' | 'firmware';
  /** The slots of virtio-mmio, 0 to 7, that have a device. */
  readonly virtioMmioSlots: readonly number[];
  readonly pci: boolean;
  /** The kernel's command line; an empty one is left out. */
  readonly bootArguments: string;
  /** What the kernel stirs into its random numbers before it has a source of its own. Fresh for each start. */
  readonly rngSeed?: Uint8Array;
  /** False for a machine whose console is a virtio device: then the kernel has no early output on the UART. */
  readonly consoleOnUart: boolean;
}

export interface AddressRange {
  readonly start: number;
  /** The first address behind it. */
  readonly end: number;
}

/** Extensions beyond those that one letter names, in the order of the ISA string (Unprivileged ISA, chapter 36). */
const LETTERS = [...'imafdc'];
const EXTENSIONS = [
  'zicbom',
  'zicboz',
  'zicond',
  'zicsr',
  'zifencei',
  'zihintpause',
  'zba',
  'zbb',
  'zbc',
  'zbs',
  'sstc',
  'svadu',
  'svinval',
  'svnapot',
];

/** Bytes that one cbo instruction works on. */
export const CACHE_BLOCK_SIZE = 64;

/** What the test finisher takes, as `sifive,test1` defines it. */
const FINISHER = { pass: 0x5555, reset: 0x7777 } as const;
/** The clock of QEMU's UART in Hz; a divisor of it is what a driver writes, and has no effect here. */
const UART_CLOCK_HZ = 3_686_400;
/** Interrupt numbers at a hart's own controller, as in mip. 0xffffffff says that a line leads nowhere. */
const LINE = { msi: 3, mti: 7, sei: 9, mei: 11, none: 0xffff_ffff } as const;

/** References between nodes (Devicetree Specification, section 2.3.3). */
const PLIC = 1;
const FINISHER_SYSCON = 2;
const hartPhandle = (hart: number) => 0x10 + hart;
const interruptsOf = (hart: number) => 0x20 + hart;

/** `initrd` is where the initial RAM disk was put; the size of the written tree does not depend on where. */
export function deviceTreeOf(board: Board, initrd: AddressRange | null): FdtNode {
  const harts = Array.from({ length: board.harts }, (_, hart) => hart);
  return node(
    '',
    {
      '#address-cells': 2,
      '#size-cells': 2,
      compatible: 'riscv-virtio',
      model: 'riscv-virtio,innkeeper',
    },
    [
      chosen(board, initrd),
      memory(board.ramSize),
      cpus(harts),
      ...finisherUsers(),
      node('soc', { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true }, [
        plic(harts, board),
        board.sbi === 'firmware' && clint(harts),
        node(`test@${hex(MEMORY_MAP.test.base)}`, {
          compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
          reg: reg(MEMORY_MAP.test),
          phandle: FINISHER_SYSCON,
        }),
        node(`rtc@${hex(MEMORY_MAP.rtc.base)}`, {
          compatible: 'google,goldfish-rtc',
          reg: reg(MEMORY_MAP.rtc),
          ...plicInterrupt(IRQ_SOURCE.rtc),
        }),
        node(uartName(), {
          compatible: 'ns16550a',
          reg: reg(MEMORY_MAP.uart),
          'clock-frequency': UART_CLOCK_HZ,
          ...plicInterrupt(IRQ_SOURCE.uart),
        }),
        ...board.virtioMmioSlots.map(virtioMmioNode),
        board.pci && pciHost(),
      ]),
    ],
  );
}

function chosen(board: Board, initrd: AddressRange | null): FdtNode {
  const properties: Record<string, FdtValue> = {};
  if (board.bootArguments !== '') properties.bootargs = board.bootArguments;
  if (board.consoleOnUart) properties['stdout-path'] = `/soc/${uartName()}`;
  if (board.rngSeed) properties['rng-seed'] = board.rngSeed;
  if (initrd) {
    properties['linux,initrd-start'] = BigInt(initrd.start);
    properties['linux,initrd-end'] = BigInt(initrd.end);
  }
  return node('chosen', properties);
}

function memory(ramSize: number): FdtNode {
  return node(`memory@${hex(RAM_BASE)}`, { device_type: 'memory', reg: reg({ base: RAM_BASE, size: ramSize }) });
}

/** Linux's bindings riscv/cpus.yaml and riscv/extensions.yaml; `riscv,isa` is for software older than the other two. */
function cpus(harts: readonly number[]): FdtNode {
  return node('cpus', { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': TIMEBASE_HZ }, [
    ...harts.map((hart) =>
      node(
        `cpu@${hex(hart)}`,
        {
          device_type: 'cpu',
          reg: hart,
          status: 'okay',
          compatible: 'riscv',
          'riscv,isa': `rv64${LETTERS.join('')}_${EXTENSIONS.join('_')}`,
          'riscv,isa-base': 'rv64i',
          'riscv,isa-extensions': [...LETTERS, ...EXTENSIONS],
          'riscv,cbom-block-size': CACHE_BLOCK_SIZE,
          'riscv,cboz-block-size': CACHE_BLOCK_SIZE,
          'mmu-type': 'riscv,sv48',
          phandle: hartPhandle(hart),
        },
        [
          node('interrupt-controller', {
            compatible: 'riscv,cpu-intc',
            '#address-cells': 0,
            '#interrupt-cells': 1,
            'interrupt-controller': true,
            phandle: interruptsOf(hart),
          }),
        ],
      ),
    ),
    node('cpu-map', {}, [
      node(
        'cluster0',
        {},
        harts.map((hart) => node(`core${hart}`, { cpu: hartPhandle(hart) })),
      ),
    ]),
  ]);
}

/** Contexts 2n and 2n + 1 are hart n in M-mode and in S-mode. */
function plic(harts: readonly number[], board: Board): FdtNode {
  const machineLine = board.sbi === 'firmware' ? LINE.mei : LINE.none;
  return node(`plic@${hex(MEMORY_MAP.plic.base)}`, {
    compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
    reg: reg(MEMORY_MAP.plic),
    '#address-cells': 0,
    '#interrupt-cells': 1,
    'interrupt-controller': true,
    'interrupts-extended': harts.flatMap((hart) => [interruptsOf(hart), machineLine, interruptsOf(hart), LINE.sei]),
    'riscv,ndev': PLIC_SOURCES,
    phandle: PLIC,
  });
}

function clint(harts: readonly number[]): FdtNode {
  return node(`clint@${hex(MEMORY_MAP.clint.base)}`, {
    compatible: ['sifive,clint0', 'riscv,clint0'],
    reg: reg(MEMORY_MAP.clint),
    'interrupts-extended': harts.flatMap((hart) => [interruptsOf(hart), LINE.msi, interruptsOf(hart), LINE.mti]),
  });
}

function finisherUsers(): FdtNode[] {
  return [
    node('poweroff', { compatible: 'syscon-poweroff', regmap: FINISHER_SYSCON, offset: 0, value: FINISHER.pass }),
    node('reboot', { compatible: 'syscon-reboot', regmap: FINISHER_SYSCON, offset: 0, value: FINISHER.reset }),
  ];
}

function virtioMmioNode(slot: number): FdtNode {
  const window = virtioMmio(slot);
  return node(`virtio_mmio@${hex(window.base)}`, {
    compatible: 'virtio,mmio',
    reg: reg(window),
    ...plicInterrupt(window.irq),
  });
}

/** IEEE 1275 PCI Bus Binding, section 2.2.1.1: the first of an address's three cells says which space it is in. */
const PCI_SPACE = { io: 0x0100_0000, memory32: 0x0200_0000 } as const;

function pciHost(): FdtNode {
  const { pciEcam, pciPio, pciMmio } = MEMORY_MAP;
  const interruptMap: number[] = [];
  for (let device = 0; device < PCI_IRQS.length; device++) {
    for (let pin = 1; pin <= PCI_IRQS.length; pin++) {
      interruptMap.push(pciDevice(device), 0, 0, pin, PLIC, pciIrq(device, pin));
    }
  }
  return node(`pci@${hex(pciEcam.base)}`, {
    compatible: 'pci-host-ecam-generic',
    device_type: 'pci',
    reg: reg(pciEcam),
    '#address-cells': 3,
    '#size-cells': 2,
    '#interrupt-cells': 1,
    'bus-range': [0, 0xff],
    'linux,pci-domain': 0,
    'dma-coherent': true,
    ranges: [
      ...[PCI_SPACE.io, ...cells64(0), ...reg(pciPio)],
      ...[PCI_SPACE.memory32, ...cells64(pciMmio.base), ...reg(pciMmio)],
    ],
    // Pins repeat with every fourth device, so the low two bits of the device number are all that matters.
    'interrupt-map-mask': [pciDevice(PCI_IRQS.length - 1), 0, 0, 7],
    'interrupt-map': interruptMap,
  });
}

/** A device number as it stands in the first cell of a PCI address. */
function pciDevice(device: number): number {
  return device << 11;
}

function plicInterrupt(source: number) {
  return { 'interrupt-parent': PLIC, interrupts: source };
}

function uartName(): string {
  return `serial@${hex(MEMORY_MAP.uart.base)}`;
}

function reg(region: Region): number[] {
  return [...cells64(region.base), ...cells64(region.size)];
}

function cells64(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}

function hex(value: number): string {
  return value.toString(16);
}
