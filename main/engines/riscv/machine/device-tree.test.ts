import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFdt } from '../../../../tests/fixtures/fdt-reader.ts';
import { COMPRESSED, INSTRUCTIONS } from '../isa/table.ts';
import { type Board, deviceTreeOf } from './device-tree.ts';
import { type FdtNode, writeFdt } from './fdt.ts';

const BOARD: Board = {
  harts: 2,
  ramSize: 256 * 2 ** 20,
  sbi: 'firmware',
  virtioMmioSlots: [0, 1, 2, 3, 4, 5, 6, 7],
  pci: true,
  bootArguments: 'console=hvc0 quiet',
  rngSeed: new Uint8Array(32).fill(7),
  consoleOnUart: true,
};

function read(board: Partial<Board> = {}, initrd: { start: number; end: number } | null = null): FdtNode {
  return readFdt(writeFdt(deviceTreeOf({ ...BOARD, ...board }, initrd)));
}

function find(root: FdtNode, path: string): FdtNode | undefined {
  return path
    .split('/')
    .slice(1)
    .reduce<FdtNode | undefined>((at, name) => at?.children.find((child) => child.name === name), root);
}

function hex(root: FdtNode, path: string, property: string): string | undefined {
  const value = find(root, path)?.properties[property];
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : undefined;
}

function text(root: FdtNode, path: string, property: string): string | undefined {
  const value = find(root, path)?.properties[property];
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
}

describe('what a machine does not have is not in its tree', () => {
  test('no clint, and no machine-mode interrupts, beside the built-in SBI', () => {
    const root = read({ sbi: 'built-in' });
    expect(find(root, '/soc/clint@2000000')).toBeUndefined();
    expect(hex(root, '/soc/plic@c000000', 'interrupts-extended')).toBe(
      `${'00000020ffffffff'}${'0000002000000009'}${'00000021ffffffff'}${'0000002100000009'}`,
    );
    expect(find(read(), '/soc/clint@2000000')).toBeDefined();
  });

  test('virtio-mmio slots and PCI', () => {
    const soc = find(read({ virtioMmioSlots: [0, 3], pci: false }), '/soc');
    const names = soc?.children.map((child) => child.name).filter((name) => /virtio|pci/.test(name));
    expect(names).toEqual(['virtio_mmio@10001000', 'virtio_mmio@10004000']);
  });

  test('what chosen says', () => {
    const plain = read({ bootArguments: '', consoleOnUart: false, rngSeed: new Uint8Array(0) });
    expect(Object.keys(find(plain, '/chosen')?.properties ?? {})).toEqual(['rng-seed']);
    const full = read({}, { start: 0x8800_0000, end: 0x1_0000_0001 });
    expect(text(full, '/chosen', 'bootargs')).toBe('console=hvc0 quiet\0');
    expect(text(full, '/chosen', 'stdout-path')).toBe('/soc/serial@10000000\0');
    expect(hex(full, '/chosen', 'linux,initrd-start')).toBe('0000000088000000');
    expect(hex(full, '/chosen', 'linux,initrd-end')).toBe('0000000100000001');
    expect(hex(full, '/chosen', 'rng-seed')).toBe('07'.repeat(32));
  });
});

test('where the initrd lies does not change the size of the tree', () => {
  const sizes = [0, 0xffff_ffff, 0x1_8000_0000].map((end) => writeFdt(deviceTreeOf(BOARD, { start: 0, end })).length);
  expect(new Set(sizes).size).toBe(1);
});

test('every extension that has instructions is announced', () => {
  const announced = text(read(), '/cpus/cpu@0', 'riscv,isa-extensions')?.split('\0');
  // C is Zca and Zcd; the privileged architecture is no extension
  const extensions = new Set([...INSTRUCTIONS, ...COMPRESSED].map(({ extension }) => extension));
  const names = [...extensions].filter((name) => !['Zca', 'Zcd', 'Privileged'].includes(name));
  expect(announced).toEqual(expect.arrayContaining(names.map((name) => name.toLowerCase())));
});

test('processors', () => {
  const root = read();
  expect(find(root, '/cpus')?.children.map((child) => child.name)).toEqual(['cpu@0', 'cpu@1', 'cpu-map']);
  expect(text(root, '/cpus/cpu@1', 'riscv,isa')).toBe(
    'rv64imafdc_zicbom_zicboz_zicond_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_sstc_svadu_svinval_svnapot\0',
  );
  expect(text(root, '/cpus/cpu@1', 'riscv,isa-extensions')?.split('\0')).toContain('svnapot');
  expect(hex(root, '/cpus/cpu@1', 'riscv,cboz-block-size')).toBe('00000040');
  expect(hex(root, '/cpus/cpu-map/cluster0/core1', 'cpu')).toBe(hex(root, '/cpus/cpu@1', 'phandle'));
});

test('no two nodes have the same phandle, with as many harts as there may be', () => {
  const phandles: string[] = [];
  const walk = (at: FdtNode) => {
    const phandle = at.properties.phandle;
    if (phandle instanceof Uint8Array) phandles.push(Buffer.from(phandle).toString('hex'));
    at.children.forEach(walk);
  };
  walk(read({ harts: 8 }));
  expect(phandles).toHaveLength(2 + 8 * 2);
  expect(new Set(phandles).size).toBe(phandles.length);
});

const qemu = spawnSync('qemu-system-riscv64', ['--version']).status === 0;
describe.runIf(qemu)('beside the tree of QEMU', () => {
  const theirs = () => {
    const folder = mkdtempSync(join(tmpdir(), 'inn-dtb-'));
    try {
      const file = join(folder, 'virt.dtb');
      const result = spawnSync(
        'qemu-system-riscv64',
        ['-M', `virt,dumpdtb=${file}`, '-smp', '2', '-m', '256', '-bios', 'none', '-display', 'none'],
        { encoding: 'utf8' },
      );
      expect(result.stderr).not.toContain('error');
      const bytes = new Uint8Array(readFileSync(file));
      // The file is padded to a mebibyte; the second word of the header is the size of the tree.
      return readFdt(bytes.slice(0, new DataView(bytes.buffer).getUint32(4)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('every node that both have says the same', () => {
    const [ours, reference] = [read(), theirs()];
    // What differs for a reason: random bytes, names of the maker, extensions, a source more or less (see PLIC_SOURCES),
    // a 64-bit PCI window, and references, which are any number.
    const different = /^(rng-seed|model|riscv,isa|riscv,ndev|ranges|phandle|interrupt-parent|regmap|cpu|bootargs)$/;
    let compared = 0;
    const compare = (path: string, mine: FdtNode, other: FdtNode) => {
      for (const [name, value] of Object.entries(other.properties)) {
        if (different.test(name)) continue;
        const [got, expected] = [mine.properties[name], value].map((bytes) => Buffer.from(bytes as Uint8Array));
        const withReferences = name === 'interrupt-map' || name === 'interrupts-extended';
        expect(`${name} ${withReferences ? anonymous(name, got) : got?.toString('hex')}`, path).toBe(
          `${name} ${withReferences ? anonymous(name, expected) : expected?.toString('hex')}`,
        );
        compared++;
      }
      for (const child of other.children) {
        const same = mine.children.find((one) => one.name === child.name);
        if (same) compare(`${path}/${child.name}`, same, child);
      }
    };
    compare('', ours, reference);
    expect(compared).toBeGreaterThan(70);
  });

  test('it lacks only what a machine of ours does not have', () => {
    const reference = theirs();
    const ours = read();
    const missing: string[] = [];
    const walk = (path: string, mine: FdtNode, other: FdtNode) => {
      for (const child of other.children) {
        const same = mine.children.find((one) => one.name === child.name);
        if (same) walk(`${path}/${child.name}`, same, child);
        else missing.push(`${path}/${child.name}`);
      }
    };
    walk('', ours, reference);
    expect(missing.sort()).toEqual(['/flash@20000000', '/fw-cfg@10100000', '/platform-bus@4000000', '/pmu']);
  });
});

const dtc = spawnSync('dtc', ['--version']).status === 0;
test.runIf(dtc)('dtc takes the whole tree without a warning', () => {
  const input = writeFdt(deviceTreeOf(BOARD, { start: 0x8800_0000, end: 0x8900_0000 }));
  const result = spawnSync('dtc', ['-I', 'dtb', '-O', 'dts', '-'], { input, encoding: 'utf8' });
  expect(result.status).toBe(0);
  expect(result.stderr).toBe('');
});

/** The cells without those that refer to another node. */
function anonymous(property: string, bytes: Buffer | undefined): string {
  const cells = bytes?.toString('hex').match(/.{8}/g) ?? [];
  const [stride, at] = property === 'interrupt-map' ? [6, 4] : [2, 0];
  return cells.filter((_, index) => index % stride !== at).join(' ');
}
