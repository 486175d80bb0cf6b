import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkConfig } from './small.ts';
import { rawImage } from './stock.ts';

function image(): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('MZ', 0, 'latin1');
  bytes.write('RSC\x05', 0x38, 'latin1');
  return bytes;
}

test('kernels: raw as they are, gzip unpacked, others refused', () => {
  expect(rawImage(image())).toEqual(image());
  expect(rawImage(gzipSync(image()))).toEqual(image());
  expect(() => rawImage(Buffer.alloc(4096))).toThrow('not a raw RISC-V Image');
  expect(() => rawImage(Buffer.from('x'))).toThrow('not a raw RISC-V Image');
});

test('options that Kconfig dropped or turned on against our will are named', () => {
  const got = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_D=y\nCONFIG_N=8\n';
  expect(() => checkConfig('# words\nCONFIG_A=y\nCONFIG_B=n\nCONFIG_GONE=n\nCONFIG_N=8\n', got)).not.toThrow();
  expect(() => checkConfig('CONFIG_B=y\nCONFIG_D=n\nCONFIG_N=4\n', got)).toThrow('CONFIG_B=y, CONFIG_D=n, CONFIG_N=4');
});
