/** The oracle: one hart, slow and obvious, that executes every instruction by its row in the tables. */

import { CAUSE, MSTATUS } from '../isa/csr.ts';
import { type Decoded, decode } from '../isa/decode.ts';
import type { Fields, Ops } from '../isa/ops.ts';
import { accessCsr, COMPARED_CSRS, readCsr, writeCsr } from './csr.ts';
import { floatOps } from './float-ops.ts';
import { INTEGER_OPS, u64 } from './integer-ops.ts';
import { fetch, memoryOps } from './memory.ts';
import { Exception, Hart, type HartOptions, Illegal } from './state.ts';
import { systemOps, takeException, takeInterrupt } from './traps.ts';

export type { HartOptions, Mmio } from './state.ts';
export { RAM_BASE } from './state.ts';

export interface OracleOptions extends HartOptions {
  /**
   * Built-in firmware: is asked to serve an ECALL from S-mode, by changing registers. False: it traps as usual.
   * `pc` is still at the instruction.
   */
  readonly sbi?: (oracle: Oracle) => boolean;
}

/** Everything that software can tell apart, as plain values; two harts that behave alike have equal ones. */
export interface HartState {
  readonly pc: bigint;
  readonly mode: number;
  readonly x: readonly bigint[];
  readonly f: readonly bigint[];
  readonly csrs: Readonly<Record<string, bigint>>;
  readonly cycle: bigint;
  readonly instret: bigint;
}

export class Oracle extends Hart {
  readonly #ops: Ops<bigint, number>;
  /** The address behind the instruction being executed, and where execution goes on. */
  #behind = 0n;
  #next = 0n;

  constructor(options: OracleOptions) {
    super(options);
    const jumpTo = (target: bigint): void => {
      this.#next = target;
    };
    const firmware = (): boolean => options.sbi?.(this) ?? false;
    this.#ops = {
      ...INTEGER_OPS,
      ...memoryOps(this),
      ...floatOps(this),
      ...systemOps(this, { jumpTo, firmware }),
      x: (r) => this.x[r]!,
      setX: (r, v) => {
        if (r !== 0) this.x[r] = v;
      },
      pc: () => this.pc,
      nextPc: () => this.#behind,
      branch: (cond, offset) => {
        if (cond === 1n) this.#next = u64(this.pc + offset);
      },
      jump: (offset) => jumpTo(u64(this.pc + offset)),
      jumpTo,
      csr: (kind, rd, csr, rs1) => {
        const writes = kind === 'write' || rs1 !== 0;
        this.#ops.setX(rd, accessCsr(this, Number(csr), kind, writes ? this.x[rs1] : undefined));
      },
      csrImmediate: (kind, rd, csr, uimm) => {
        const writes = kind === 'write' || uimm !== 0n;
        this.#ops.setX(rd, accessCsr(this, Number(csr), kind, writes ? uimm : undefined));
      },
    };
  }

  /** Takes a pending interrupt, if any; then executes one instruction, or takes the exception that it asks for. */
  step(): void {
    takeInterrupt(this);
    let word = 0;
    try {
      word = fetch(this);
      this.#execute(word);
      this.pc = this.#next;
      this.instret = u64(this.instret + 1n);
    } catch (thrown) {
      const exception = thrown instanceof Illegal ? new Exception(CAUSE.illegalInstruction, BigInt(word)) : thrown;
      if (!(exception instanceof Exception)) throw exception;
      takeException(this, exception);
    }
    this.cycle = u64(this.cycle + 1n);
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) this.step();
  }

  #execute(word: number): void {
    const decoded = decode(word);
    if (decoded === undefined) throw new Illegal();
    if (decoded.insn.float && (this.mstatus & MSTATUS.FS) === 0n) throw new Illegal();
    this.#behind = u64(this.pc + BigInt(decoded.length));
    this.#next = this.#behind;
    decoded.insn.exec(this.#ops, fieldsOf(decoded));
  }

  /** Reads and writes a CSR by its number, whatever the mode. */
  readCsr(number: number): bigint {
    return readCsr(this, number);
  }

  writeCsr(number: number, value: bigint): void {
    writeCsr(this, number, value);
  }

  snapshotState(): HartState {
    return {
      pc: this.pc,
      mode: this.mode,
      x: [...this.x],
      f: [...this.f],
      csrs: Object.fromEntries(COMPARED_CSRS.map(([name, number]) => [name, readCsr(this, number)])),
      cycle: this.cycle,
      instret: this.instret,
    };
  }
}

function fieldsOf(d: Decoded): Fields<bigint, number> {
  return {
    rd: d.rd,
    rs1: d.rs1,
    rs2: d.rs2,
    fd: d.rd,
    fs1: d.rs1,
    fs2: d.rs2,
    fs3: d.rs3,
    imm: u64(BigInt(d.imm)),
    uimm: BigInt(d.uimm),
    csr: BigInt(d.csr),
    rm: BigInt(d.rm),
  };
}
