import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFdt } from '../../../../tests/fixtures/fdt-reader.ts';
import { type FdtNode, type FdtValue, node, writeFdt } from './fdt.ts';

const hex = (value: FdtValue | undefined) => Buffer.from(value as Uint8Array).toString('hex');
const propertyOf = (value: FdtValue) => hex(readFdt(writeFdt(node('', { it: value }))).properties.it);

describe('encoding of values', () => {
  test.each<[string, FdtValue, string]>([
    ['a string', 'ab', '616200'],
    ['an empty string', '', '00'],
    ['a list of strings', ['a', 'bc'], '6100626300'],
    ['a string beyond ASCII', 'é%41', 'c3a925343100'],
    ['a cell', 0x8000_0001, '80000001'],
    ['cells', [1, 0xffff_ffff], '00000001ffffffff'],
    ['64 bits', 0x1_2345_6789n, '0000000123456789'],
    ['bytes', Uint8Array.of(1, 2, 3), '010203'],
    ['nothing', true, ''],
    ['an empty list', [], ''],
  ])('%s', (_, value, expected) => {
    expect(propertyOf(value)).toBe(expected);
  });

  test('what is not a cell, or cuts a string short, is refused', () => {
    expect(() => propertyOf(-1)).toThrow('32-bit');
    expect(() => propertyOf([2 ** 32])).toThrow('32-bit');
    expect(() => propertyOf(1.5)).toThrow('32-bit');
    expect(() => propertyOf('a\0b')).toThrow('zero character');
  });
});

test('names the specification does not allow are refused', () => {
  expect(() => writeFdt(node('root', {}))).toThrow('node name');
  expect(() => writeFdt(node('', {}, [node('', {})]))).toThrow('node name');
  expect(() => writeFdt(node('', {}, [node('a/b', {})]))).toThrow('node name');
  expect(() => writeFdt(node('', {}, [node('x'.repeat(32), {})]))).toThrow('node name');
  expect(() => writeFdt(node('', { 'a b': 1 }))).toThrow('property name');
  expect(() => writeFdt(node('', {}, [node('a', {}), node('a', {})]))).toThrow('Two device tree nodes');
});

test('a property name is stored once', () => {
  const one = writeFdt(node('', {}, [node('a', { compatible: 'x' })]));
  const two = writeFdt(node('', {}, [node('a', { compatible: 'x' }), node('b', { compatible: 'x' })]));
  expect(Buffer.from(one).toString('latin1').split('compatible')).toHaveLength(2);
  expect(Buffer.from(two).toString('latin1').split('compatible')).toHaveLength(2);
});

const names = fc.stringMatching(/^[a-z][a-z0-9,._+-]{0,20}$/);
const { tree } = fc.letrec<{ tree: FdtNode }>((tie) => ({
  tree: fc.record({
    name: names,
    properties: fc.dictionary(names, fc.uint8Array({ maxLength: 300 })),
    children: fc.oneof(
      { maxDepth: 4 },
      fc.constant([]),
      fc.uniqueArray(tie('tree'), { maxLength: 4, selector: (child) => child.name }),
    ),
  }),
}));

test('what is written is read back', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const root = { ...value, name: '' };
      expect(plain(readFdt(writeFdt(root)))).toEqual(plain(root));
    }),
  );
});

function plain(at: FdtNode): unknown {
  const properties = Object.entries(at.properties).map(([name, value]) => [name, hex(value)]);
  return { name: at.name, properties, children: at.children.map(plain) };
}

const dtc = spawnSync('dtc', ['--version']).status === 0;
test.runIf(dtc)('dtc takes it without a warning', () => {
  const bytes = writeFdt(
    node('', { '#address-cells': 1, '#size-cells': 1, compatible: 'a' }, [node('b@10', { reg: [16, 1] })]),
  );
  const result = spawnSync('dtc', ['-I', 'dtb', '-O', 'dts', '-'], { input: bytes, encoding: 'utf8' });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  expect(result.stdout).toContain('reg = <0x10 0x01>;');
});
