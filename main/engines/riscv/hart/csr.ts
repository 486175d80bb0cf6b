/** Control and status registers of the generated hart: a row per register, from which its read and write are made. */
import {
  CSR,
  ENVCFG,
  MEDELEG_WRITABLE,
  MENVCFG_WRITABLE,
  MIDELEG_WRITABLE,
  MIE_WRITABLE,
  MISA,
  MODE,
  MSTATUS,
  MSTATUS_WRITABLE,
  PMP_ENTRIES,
  SENVCFG_WRITABLE,
  SSTATUS_VISIBLE,
  SSTATUS_WRITABLE,
} from '../isa/csr.ts';
import { EXIT, STATE } from '../memory/layout.ts';
import { get32, get64, type HartContext, hasAny, put32, put64 } from '../mmu/context.ts';
import { PMP } from '../mmu/pmp.ts';
import type { TlbFunctions } from '../mmu/tlb.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { call, type Expr, type FunctionRef, i32, i64, type Local } from '../wasm/ops.ts';
import type { TrapFunctions } from './trap.ts';

/** What a write asks of the interpreter, beside having happened. */
export const AFTER_WRITE = {
  nothing: 0,
  /** Translation, privilege or interrupts may have changed: look up the next instruction anew. */
  resync: 1,
} as const;

export interface CsrRow {
  readonly number: number;
  /** What reading yields. */
  readonly read: () => Expr<'i64'>;
  /** What a write does; without it a write has no effect. */
  readonly write?: (f: FunctionBuilder, value: Local<'i64'>) => void;
  readonly after?: 'resync';
  /** Emits `refuse()` under the condition on which the access is illegal beyond the rules for all. */
  readonly guard?: (f: FunctionBuilder, refuse: () => void) => void;
}

type StateName = keyof typeof STATE;

export interface CsrFunctions {
  readonly rows: readonly CsrRow[];
  /** read(csr i32, writes i32): i64, having set STATE.faultCause to 1 if the access is illegal, else to 0. */
  readonly read: FunctionRef;
  /** write(csr i32, value i64): i32, an AFTER_WRITE. The access was found legal by `read`. */
  readonly write: FunctionRef;
}

/** `index` of a CSR number in the table is its position plus 1; see `CSR_INDEX` in the layout. */
export function csrIndexTable(rows: readonly CsrRow[]): Uint8Array {
  const table = new Uint8Array(4096);
  rows.forEach((row, i) => {
    table[row.number] = i + 1;
  });
  return table;
}

export function csrRows(c: HartContext, tlb: TlbFunctions, traps: TrapFunctions): CsrRow[] {
  const merge = (name: StateName, mask: bigint, value: Expr<'i64'>) =>
    i64.or(i64.and(get64(c, name), ~mask), i64.and(value, mask));
  const plain = (number: number, name: StateName, mask = -1n): CsrRow => ({
    number,
    read: () => get64(c, name),
    write: (f, value) => put64(c, f, name, mask === -1n ? value : i64.and(value, mask)),
  });
  const constant = (number: number, value: bigint): CsrRow => ({ number, read: () => i64.const(value) });

  const sd = (status: () => Expr<'i64'>) =>
    i64.or(status(), i64.select(i64.eq(i64.and(status(), MSTATUS.FS), MSTATUS.FS), MSTATUS.SD, 0n));
  const writeStatus = (f: FunctionBuilder, mask: bigint, value: Local<'i64'>) => {
    const next = f.let(merge('mstatus', mask, value));
    // MPP is WARL: 2 is no mode
    f.if(i64.eq(i64.and(next, MSTATUS.MPP), 2n << 11n), () =>
      f.set(next, merge('mstatus', mask & ~MSTATUS.MPP, value)),
    );
    f.if(hasAny(i64.xor(next, get64(c, 'mstatus')), MSTATUS.MXR), () => f.call(tlb.flushAll));
    put64(c, f, 'mstatus', next);
    f.call(tlb.selectSets);
  };
  /** CBIE is WARL: 2 is reserved and leaves the field. */
  const writeEnvironment = (f: FunctionBuilder, name: StateName, writable: bigint, value: Local<'i64'>) => {
    const reserved = i64.eq(i64.and(value, ENVCFG.CBIE), 2n << 4n);
    f.if(
      reserved,
      () => put64(c, f, name, merge(name, writable & ~ENVCFG.CBIE, value)),
      () => put64(c, f, name, merge(name, writable, value)),
    );
  };
  const tvec = (number: number, name: StateName): CsrRow => ({
    number,
    read: () => get64(c, name),
    write: (f, value) => f.if(i64.leU(i64.and(value, 3n), 1n), () => put64(c, f, name, value)),
  });
  const fcsr = (number: number, read: () => Expr<'i64'>, flags: number | null, frm: number | null): CsrRow => ({
    number,
    read,
    guard: (f, refuse) => f.if(i32.eqz(hasAny(get64(c, 'mstatus'), MSTATUS.FS)), refuse),
    write: (f, value) => {
      if (flags !== null) put32(c, f, 'fflags', i32.and(i32.shrU(i32.wrap(value), flags), 31));
      if (frm !== null) put32(c, f, 'frm', i32.and(i32.shrU(i32.wrap(value), frm), 7));
      put64(c, f, 'mstatus', i64.or(get64(c, 'mstatus'), MSTATUS.FS));
    },
  });
  /** Instructions begun in this slice, the one that asks not counted. */
  const sliceSteps = () => i64.extendI32S(i32.sub(i32.sub(get32(c, 'sliceFuel'), get32(c, 'fuel')), 1));
  const cycle = () => i64.add(i64.add(get64(c, 'steps'), sliceSteps()), get64(c, 'cycleOffset'));
  const instret = () =>
    i64.sub(i64.add(i64.add(get64(c, 'steps'), sliceSteps()), get64(c, 'instretOffset')), get64(c, 'trapped'));
  const time = () => i64.truncSatF64U(call('f64', c.imports.now));
  /** Counters below M-mode need their bit in mcounteren, and in U-mode in scounteren too. */
  const counter = (number: number, bit: number, read: () => Expr<'i64'>): CsrRow => ({
    number,
    read,
    guard: (f, refuse) => counterGuard(f, bit, refuse),
  });
  const counterGuard = (f: FunctionBuilder, bit: number, refuse: () => void) => {
    const mask = 1n << BigInt(bit);
    f.if(i32.and(i32.ltU(get32(c, 'mode'), MODE.M), i32.eqz(hasAny(get64(c, 'mcounteren'), mask))), refuse);
    f.if(i32.and(i32.eq(get32(c, 'mode'), MODE.U), i32.eqz(hasAny(get64(c, 'scounteren'), mask))), refuse);
  };
  const inMachineMode = (f: FunctionBuilder, refuse: () => void) => f.if(i32.ltU(get32(c, 'mode'), MODE.M), refuse);

  const rows: CsrRow[] = [
    fcsr(CSR.fflags, () => i64.extendI32U(get32(c, 'fflags')), 0, null),
    fcsr(CSR.frm, () => i64.extendI32U(get32(c, 'frm')), null, 0),
    fcsr(CSR.fcsr, () => i64.extendI32U(i32.or(i32.shl(get32(c, 'frm'), 5), get32(c, 'fflags'))), 0, 5),
    counter(CSR.cycle, 0, cycle),
    counter(CSR.time, 1, time),
    counter(CSR.instret, 2, instret),
    {
      number: CSR.sstatus,
      read: () =>
        i64.and(
          sd(() => get64(c, 'mstatus')),
          SSTATUS_VISIBLE,
        ),
      write: (f, value) => writeStatus(f, SSTATUS_WRITABLE, value),
      after: 'resync',
    },
    {
      number: CSR.mstatus,
      read: () => sd(() => get64(c, 'mstatus')),
      write: (f, value) => writeStatus(f, MSTATUS_WRITABLE, value),
      after: 'resync',
    },
    {
      number: CSR.sie,
      read: () => i64.and(get64(c, 'mie'), get64(c, 'mideleg')),
      write: (f, value) =>
        put64(
          c,
          f,
          'mie',
          i64.or(i64.and(get64(c, 'mie'), i64.xor(get64(c, 'mideleg'), -1n)), i64.and(value, get64(c, 'mideleg'))),
        ),
      after: 'resync',
    },
    { ...plain(CSR.mie, 'mie', MIE_WRITABLE), after: 'resync' },
    {
      number: CSR.sip,
      read: () => i64.and(call('i64', traps.pending), get64(c, 'mideleg')),
      write: (f, value) => {
        const mask = f.let(i64.and(get64(c, 'mideleg'), 2n));
        put64(c, f, 'mip', i64.or(i64.and(get64(c, 'mip'), i64.xor(mask, -1n)), i64.and(value, mask)));
      },
      after: 'resync',
    },
    {
      number: CSR.mip,
      read: () => call('i64', traps.pending),
      write: (f, value) => {
        // STIP belongs to stimecmp where that is enabled (Sstc)
        const mask = f.let(i64.select(hasAny(get64(c, 'menvcfg'), ENVCFG.STCE), 0x202n, 0x222n));
        put64(c, f, 'mip', i64.or(i64.and(get64(c, 'mip'), i64.xor(mask, -1n)), i64.and(value, mask)));
      },
      after: 'resync',
    },
    tvec(CSR.stvec, 'stvec'),
    tvec(CSR.mtvec, 'mtvec'),
    plain(CSR.scounteren, 'scounteren', 7n),
    plain(CSR.mcounteren, 'mcounteren', 7n),
    { ...plain(CSR.senvcfg, 'senvcfg'), write: (f, value) => writeEnvironment(f, 'senvcfg', SENVCFG_WRITABLE, value) },
    {
      ...plain(CSR.menvcfg, 'menvcfg'),
      write: (f, value) => {
        writeEnvironment(f, 'menvcfg', MENVCFG_WRITABLE, value);
        f.call(tlb.flushAll);
        put32(c, f, 'exit', EXIT.slice);
      },
      after: 'resync',
    },
    plain(CSR.sscratch, 'sscratch'),
    plain(CSR.sepc, 'sepc', -2n),
    plain(CSR.scause, 'scause'),
    plain(CSR.stval, 'stval'),
    plain(CSR.mscratch, 'mscratch'),
    plain(CSR.mepc, 'mepc', -2n),
    plain(CSR.mcause, 'mcause'),
    plain(CSR.mtval, 'mtval'),
    plain(CSR.medeleg, 'medeleg', MEDELEG_WRITABLE),
    { ...plain(CSR.mideleg, 'mideleg', MIDELEG_WRITABLE), after: 'resync' },
    {
      number: CSR.stimecmp,
      read: () => get64(c, 'stimecmp'),
      guard: (f, refuse) => {
        f.if(i32.and(i32.ltU(get32(c, 'mode'), MODE.M), i32.eqz(hasAny(get64(c, 'menvcfg'), ENVCFG.STCE))), refuse);
        f.if(i32.ltU(get32(c, 'mode'), MODE.M), () => f.if(i32.eqz(hasAny(get64(c, 'mcounteren'), 2n)), refuse));
      },
      write: (f, value) => {
        put64(c, f, 'stimecmp', value);
        // Whoever runs the hart works out the next deadline, and STIP with it
        put32(c, f, 'exit', EXIT.slice);
      },
      after: 'resync',
    },
    {
      number: CSR.satp,
      read: () => get64(c, 'satp'),
      guard: (f, refuse) =>
        f.if(i32.and(i32.eq(get32(c, 'mode'), MODE.S), hasAny(get64(c, 'mstatus'), MSTATUS.TVM)), refuse),
      write: (f, value) => {
        const scheme = f.let(i64.shrU(value, 60n));
        f.if(i32.or(i64.eqz(scheme), i32.or(i64.eq(scheme, 8n), i64.eq(scheme, 9n))), () => {
          put64(c, f, 'satp', i64.and(value, (0xfn << 60n) | ((1n << 44n) - 1n)));
          f.call(tlb.flushTranslated);
        });
      },
      after: 'resync',
    },
    constant(CSR.mvendorid, 0n),
    constant(CSR.marchid, 0n),
    constant(CSR.mimpid, 0n),
    constant(CSR.mconfigptr, 0n),
    { number: CSR.mhartid, read: () => i64.extendI32U(get32(c, 'hartId')) },
    constant(CSR.misa, MISA),
    // No triggers: every tselect that is written reads back as 0, and tdata1 says that there is none
    ...[CSR.tselect, CSR.tdata1, CSR.tdata2, CSR.tdata3].map((number) => constant(number, 0n)),
    constant(CSR.mcountinhibit, 0n),
    {
      number: CSR.mcycle,
      read: cycle,
      write: (f, value) =>
        put64(c, f, 'cycleOffset', i64.sub(i64.add(get64(c, 'cycleOffset'), value), i64.add(cycle(), 1n))),
    },
    {
      number: CSR.minstret,
      read: instret,
      // The write itself is not counted: the next instruction reads the value written
      write: (f, value) =>
        put64(c, f, 'instretOffset', i64.sub(i64.add(get64(c, 'instretOffset'), value), i64.add(instret(), 1n))),
    },
  ];
  for (let i = 0; i < 29; i++) {
    rows.push(constant(CSR.mhpmcounter3 + i, 0n), constant(CSR.mhpmevent3 + i, 0n));
    rows.push({ number: CSR.hpmcounter3 + i, read: () => i64.const(0n), guard: inMachineMode });
  }
  rows.push(...pmpRows(c, tlb));
  return rows;
}

function pmpRows(c: HartContext, tlb: TlbFunctions): CsrRow[] {
  const rows: CsrRow[] = [];
  for (let bank = 0; bank < 8; bank++) {
    const number = CSR.pmpcfg0 + 2 * bank;
    if (bank * 8 >= PMP_ENTRIES) {
      rows.push({ number, read: () => i64.const(0n) });
      continue;
    }
    rows.push({
      number,
      read: () => i64.load(c.hart, STATE.pmpcfg + bank * 8),
      write: (f, value) => {
        const cfg = f.local('i32');
        for (let i = 0; i < 8; i++) {
          const at = STATE.pmpcfg + bank * 8 + i;
          f.if(i32.eqz(i32.and(i32.load8U(c.hart, at), PMP.L)), () => {
            f.set(cfg, i32.and(i32.wrap(i64.shrU(value, BigInt(8 * i))), PMP.R | PMP.W | PMP.X | PMP.A | PMP.L));
            // W without R is reserved: it becomes no access
            f.if(i32.eq(i32.and(cfg, PMP.R | PMP.W), PMP.W), () => f.set(cfg, i32.and(cfg, ~PMP.W)));
            f.store8(c.hart, cfg, at);
          });
        }
        f.call(tlb.flushAll);
      },
      after: 'resync',
    });
  }
  for (let entry = 0; entry < 64; entry++) {
    const number = CSR.pmpaddr0 + entry;
    if (entry >= PMP_ENTRIES) {
      rows.push({ number, read: () => i64.const(0n) });
      continue;
    }
    rows.push({
      number,
      read: () => i64.load(c.hart, STATE.pmpaddr + 8 * entry),
      write: (f, value) => {
        const locked = (index: number) => i32.and(i32.load8U(c.hart, STATE.pmpcfg + index), PMP.L);
        const tor = (index: number) => i32.eq(i32.and(i32.load8U(c.hart, STATE.pmpcfg + index), PMP.A), 0x08);
        const above = entry + 1 < PMP_ENTRIES ? i32.and(i32.ne(locked(entry + 1), 0), tor(entry + 1)) : i32.const(0);
        f.if(i32.eqz(i32.or(i32.ne(locked(entry), 0), above)), () => {
          f.store64(c.hart, i64.and(value, (1n << 54n) - 1n), STATE.pmpaddr + 8 * entry);
          f.call(tlb.flushAll);
        });
      },
      after: 'resync',
    });
  }
  return rows;
}

export function defineCsrs(c: HartContext, tlb: TlbFunctions, traps: TrapFunctions, indexTable: number): CsrFunctions {
  const rows = csrRows(c, tlb, traps);
  const indexOf = (csr: Expr<'i32'>) => i32.load8U(csr, indexTable);
  const read = c.module.define(['i32', 'i32'], ['i64'], (f) => {
    const csr = f.param('i32', 0);
    const writes = f.param('i32', 1);
    const refuse = () => {
      put32(c, f, 'faultCause', 1);
      f.return(i64.const(0n));
    };
    // The number tells the least privilege and whether the register is read-only (Privileged 1.13, section 2.1)
    f.if(i32.gtU(i32.and(i32.shrU(csr, 8), 3), get32(c, 'mode')), refuse);
    f.if(i32.and(writes, i32.eq(i32.shrU(csr, 10), 3)), refuse);
    put32(c, f, 'faultCause', 0);
    f.switch(
      i32.sub(indexOf(csr), 1),
      rows.map((row) => () => {
        row.guard?.(f, refuse);
        f.return(row.read());
      }),
      refuse,
    );
    f.result(i64.const(0n));
  });
  const write = c.module.define(['i32', 'i64'], ['i32'], (f) => {
    const csr = f.param('i32', 0);
    const value = f.param('i64', 1);
    f.switch(
      i32.sub(indexOf(csr), 1),
      rows.map((row) => () => {
        row.write?.(f, value);
        f.return(i32.const(row.after === 'resync' ? AFTER_WRITE.resync : AFTER_WRITE.nothing));
      }),
      () => f.return(i32.const(AFTER_WRITE.nothing)),
    );
    f.result(i32.const(0));
  });
  return { rows, read, write };
}
