/** Traps: exceptions, interrupts and the returns from them (Privileged 1.13, sections 3.1.6 to 3.1.9, 3.3.2, 4.1). */
import { IRQ, MODE, MSTATUS } from '../isa/csr.ts';
import { EXIT, MAILBOX } from '../memory/layout.ts';
import { get32, get64, type HartContext, hasAny, put32, put64 } from '../mmu/context.ts';
import type { TlbFunctions } from '../mmu/tlb.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { call, type Expr, type FunctionRef, i32, i64 } from '../wasm/ops.ts';

const INTERRUPT = 1n << 63n;
/** Highest priority first (Privileged 1.13, section 3.1.9). */
const PRIORITY = [IRQ.mei, IRQ.msi, IRQ.mti, IRQ.sei, IRQ.ssi, IRQ.sti] as const;

export interface TrapFunctions {
  /** trap(cause i32, tval i64): takes an exception of the instruction at STATE.pc. */
  readonly trap: FunctionRef;
  /** pending(): i64, mip as software sees it. Takes over SSIP where another hart asked for it. */
  readonly pending: FunctionRef;
  /** interrupt(): i32. Takes the most urgent enabled interrupt before the instruction at STATE.pc; 1 if there was one. */
  readonly interrupt: FunctionRef;
  readonly mret: FunctionRef;
  readonly sret: FunctionRef;
}

export function defineTraps(c: HartContext, tlb: TlbFunctions): TrapFunctions {
  const { module } = c;

  /** Where a trap with `cause` goes: vectored mode sends interrupts to BASE + 4 * cause. */
  const vector = (tvec: Expr<'i64'>, cause: Expr<'i64'>) =>
    i64.add(
      i64.and(tvec, -4n),
      i64.select(i32.and(i64.ltS(cause, 0n), i32.wrap(i64.and(tvec, 1n))), i64.shl(i64.and(cause, 63n), 2n), 0n),
    );

  /** enter(cause i64, tval i64, delegated i64): the bit of `cause` in `delegated` sends it to S-mode. */
  const enter = module.define(['i64', 'i64', 'i64'], [], (f) => {
    const cause = f.param('i64', 0);
    const tval = f.param('i64', 1);
    const delegated = f.param('i64', 2);
    const mode = f.let(get32(c, 'mode'));
    const status = f.let(get64(c, 'mstatus'));
    const toSupervisor = i32.and(
      i32.leU(mode, MODE.S),
      i32.wrap(i64.and(i64.shrU(delegated, i64.and(cause, 63n)), 1n)),
    );
    put32(c, f, 'reservation', 0);
    f.if(
      toSupervisor,
      () => {
        put64(c, f, 'scause', cause);
        put64(c, f, 'sepc', get64(c, 'pc'));
        put64(c, f, 'stval', tval);
        // SPIE takes SIE, SPP the mode
        const spie = i64.shl(i64.and(status, MSTATUS.SIE), 4n);
        const spp = i64.shl(i64.extendI32U(mode), 8n);
        put64(c, f, 'mstatus', i64.or(i64.and(status, ~(MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP)), i64.or(spie, spp)));
        put32(c, f, 'mode', MODE.S);
        put64(c, f, 'pc', vector(get64(c, 'stvec'), cause));
      },
      () => {
        put64(c, f, 'mcause', cause);
        put64(c, f, 'mepc', get64(c, 'pc'));
        put64(c, f, 'mtval', tval);
        f.if(get32(c, 'sbi'), () => {
          put32(c, f, 'exit', EXIT.firmware);
          f.return();
        });
        const mpie = i64.shl(i64.and(status, MSTATUS.MIE), 4n);
        const mpp = i64.shl(i64.extendI32U(mode), 11n);
        put64(c, f, 'mstatus', i64.or(i64.and(status, ~(MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP)), i64.or(mpie, mpp)));
        put32(c, f, 'mode', MODE.M);
        put64(c, f, 'pc', vector(get64(c, 'mtvec'), cause));
      },
    );
    f.call(tlb.selectSets);
  });

  const trap = module.define(['i32', 'i64'], [], (f) => {
    put64(c, f, 'trapped', i64.add(get64(c, 'trapped'), 1n));
    f.call(enter, i64.extendI32U(f.param('i32', 0)), f.param('i64', 1), get64(c, 'medeleg'));
  });

  const pending = module.define([], ['i64'], (f) => {
    const lines = f.let(i32.atomicLoad(c.mailbox, MAILBOX.lines));
    // SSIP is no level: once seen it is software's to clear
    f.if(i32.and(lines, 1 << IRQ.ssi), () => {
      f.drop(i32.atomicAnd(c.mailbox, ~(1 << IRQ.ssi), MAILBOX.lines));
      put64(c, f, 'mip', i64.or(get64(c, 'mip'), 1n << BigInt(IRQ.ssi)));
    });
    f.result(i64.or(get64(c, 'mip'), i64.extendI32U(lines)));
  });

  const interrupt = module.define([], ['i32'], (f) => {
    const ready = f.let(i64.and(call('i64', pending), get64(c, 'mie')));
    f.if(i64.eqz(ready), () => f.return(i32.const(0)));
    const mode = f.let(get32(c, 'mode'));
    const status = f.let(get64(c, 'mstatus'));
    const machineEnabled = i32.or(i32.ltU(mode, MODE.M), hasAny(status, MSTATUS.MIE));
    const supervisorEnabled = i32.or(i32.ltU(mode, MODE.S), i32.and(i32.eq(mode, MODE.S), hasAny(status, MSTATUS.SIE)));
    const delegated = f.let(get64(c, 'mideleg'));
    const taken = f.let(i64.select(machineEnabled, i64.and(ready, i64.xor(delegated, -1n)), 0n));
    // Those for M-mode come first whatever their number
    f.if(i64.eqz(taken), () => f.set(taken, i64.select(supervisorEnabled, i64.and(ready, delegated), 0n)));
    f.if(i64.eqz(taken), () => f.return(i32.const(0)));
    for (const irq of PRIORITY) {
      f.if(hasAny(taken, 1n << BigInt(irq)), () => {
        f.call(enter, i64.const(INTERRUPT | BigInt(irq)), i64.const(0n), delegated);
        f.return(i32.const(1));
      });
    }
    f.result(i32.const(0));
  });

  /** Leaves a trap handler: `previous` is the mode to return to, held in `field`. */
  const leave = (
    f: FunctionBuilder,
    previous: Expr<'i32'>,
    epc: 'mepc' | 'sepc',
    bits: { readonly IE: bigint; readonly PIE: bigint; readonly PP: bigint },
  ) => {
    const status = f.let(get64(c, 'mstatus'));
    const mode = f.let(previous);
    const restored = i64.or(
      i64.and(status, ~(bits.IE | bits.PP)),
      i64.or(i64.and(i64.shrU(status, 4n), bits.IE), bits.PIE),
    );
    const keepMprv = i64.select(i32.eq(mode, MODE.M), -1n, ~MSTATUS.MPRV);
    put64(c, f, 'mstatus', i64.and(restored, keepMprv));
    put32(c, f, 'mode', mode);
    put64(c, f, 'pc', get64(c, epc));
    f.call(tlb.selectSets);
  };
  const field = (shift: bigint, mask: number) => i32.and(i32.wrap(i64.shrU(get64(c, 'mstatus'), shift)), mask);
  const mret = module.define([], [], (f) =>
    leave(f, field(11n, 3), 'mepc', { IE: MSTATUS.MIE, PIE: MSTATUS.MPIE, PP: MSTATUS.MPP }),
  );
  const sret = module.define([], [], (f) =>
    leave(f, field(8n, 1), 'sepc', { IE: MSTATUS.SIE, PIE: MSTATUS.SPIE, PP: MSTATUS.SPP }),
  );
  return { trap, pending, interrupt, mret, sret };
}
