import { beforeEach, expect, test } from 'vitest';
import { csrrs, csrrw } from '../../../../tests/fixtures/assemble.ts';
import { BareHart } from '../../../../tests/fixtures/bare-hart.ts';
import { CSR, ENVCFG } from '../isa/csr.ts';

const A0 = 10;
const A1 = 11;

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

/** Writes a CSR in M-mode and reads it back. */
function writeAndRead(csr: number, value: bigint): bigint {
  m.hart.setX(A0, value);
  m.program(csrrw(0, csr, A0), csrrs(A1, csr, 0));
  for (let i = 0; i < 2; i++) m.run(1);
  return m.hart.x(A1);
}

test.each([
  ['menvcfg keeps CBIE where 2 is written', CSR.menvcfg, [ENVCFG.CBIE, 2n << 4n], ENVCFG.CBIE],
  [
    'senvcfg keeps CBIE where 2 is written',
    CSR.senvcfg,
    [1n << 4n, (2n << 4n) | ENVCFG.CBZE],
    (1n << 4n) | ENVCFG.CBZE,
  ],
  ['tselect', CSR.tselect, [1n], 0n],
  ['tdata1', CSR.tdata1, [-1n], 0n],
])('%s', (_, csr, writes, expected) => {
  let read: bigint | undefined;
  for (const value of writes) read = writeAndRead(csr, value);
  expect(read).toBe(expected);
  expect(m.hart.get('trapped')).toBe(0n);
});
