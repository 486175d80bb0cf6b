/**
 * The interpreter's loop: run(fuel i32, time f64): i32.
 *
 * Executes up to `fuel` instructions (a trap counts as one) and returns an EXIT. It never executes more, and fewer only
 * where it returns early; STATE.steps tells how many. Interrupts are taken at the start, and again wherever a guest action
 * may have changed what is pending or enabled; changes from outside wait for the next run.
 *
 * Wherever a jump leads, the heat of that place is looked at: it counts, or it names compiled code, which then runs instead.
 */
import { ENVCFG, IRQ, MSTATUS } from '../isa/csr.ts';
import type { Extension, Instruction } from '../isa/instruction.ts';
import type { AccessSize, FloatFormat, FloatOp, Ops } from '../isa/ops.ts';
import { COMPRESSED, INSTRUCTIONS } from '../isa/table.ts';
import { EXIT, HEAT, PAGE_SIZE, RECORD, RECORD_SCALE_SHIFT, SLOT, TLB_WRITE } from '../memory/layout.ts';
import { LOAD_SIGNED, LOAD_UNSIGNED, storeBytes } from '../mmu/access.ts';
import { get32, get64, type HartContext, hasAny, put32, put64 } from '../mmu/context.ts';
import { entryOf } from '../mmu/tlb.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import {
  call,
  callIndirect,
  type Expr,
  type FunctionRef,
  type I32,
  i32,
  i64,
  type Label,
  type Local,
  type TableRef,
} from '../wasm/ops.ts';
import type { HartFunctions } from './cold.ts';
import type { FetchFunctions } from './fetch.ts';
import { effectsOf, nearOpOf, OP, OP_COUNT, opOf } from './record.ts';
import { RESYNC, regionType } from './region.ts';
import { DYNAMIC_ROUNDING, NAN_BOX, RecordOps, type Register, recordFields, unbox, type Value } from './values.ts';

/** Extensions whose instructions the loop holds inline, but for those below. The rest are calls. */
const INLINE: ReadonlySet<Extension> = new Set<Extension>(['I', 'M', 'F', 'D', 'Zba', 'Zbb', 'Zbs', 'Zicond']);
/** Effects that need more than the loop has. */
const COLD_EFFECTS = ['ecall', 'ebreak', 'fence', 'divS', 'divU', 'remS', 'remU'] as const;

/** The most that one handler needs. */
const SCRATCH_LOCALS = 8;

export function isInline(insn: Instruction): boolean {
  if (!INLINE.has(insn.extension)) return false;
  const used = effectsOf(insn);
  return !COLD_EFFECTS.some((effect) => used.has(effect));
}

/** What the handlers share: the loop's variables, and the places they branch to. */
interface Loop {
  readonly ip: Local<'i32'>;
  readonly slot: Local<'i32'>;
  readonly fuel: Local<'i32'>;
  readonly pagePc: Local<'i64'>;
  readonly dataTlb: Local<'i32'>;
  readonly target: Local<'i64'>;
  readonly scratch: readonly Local<'i64'>[];
  readonly translation: Local<'i32'>;
  /** Executes the record at `ip`. */
  readonly next: Label;
  /** Executes the same record by its cold function; nothing of it may have happened yet. */
  readonly cold: Label;
  /** Goes on at `target`. */
  readonly jump: Label;
  /** Goes on at `ip`, to which a jump within the slot led. */
  readonly landed: Label;
}

/** `coldTable` holds the cold functions, by op. */
export function defineRun(
  c: HartContext,
  h: HartFunctions,
  { fetch, straddle }: FetchFunctions,
  coldTable: TableRef,
): FunctionRef {
  const coldType = c.module.typeIndex(['i32', 'i32', 'i32'], ['i32']);
  const compiledType = regionType(c.module);
  return c.module.define(['i32', 'f64'], ['i32'], (f) => {
    const fuel = f.param('i32', 0);
    const ip = f.local('i32');
    const slot = f.local('i32');
    const dataTlb = f.local('i32');
    const fetchTlb = f.local('i32');
    const entry = f.local('i32');
    const op = f.local('i32');
    const heat = f.local('i32');
    const pagePc = f.local('i64');
    const pc = f.local('i64');
    const scratch = Array.from({ length: SCRATCH_LOCALS }, () => f.local('i64'));
    const translation = f.local('i32');

    put32(c, f, 'sliceFuel', fuel);
    put32(c, f, 'exit', 0);
    updateTimers(c, f, i64.truncSatF64U(f.param('f64', 1)));

    const offsetOf = (address: Expr<'i64'>) => i32.shl(i32.and(i32.wrap(address), PAGE_SIZE - 2), RECORD_SCALE_SHIFT);
    const here = () => i64.add(pagePc, i64.extendI32U(i32.shrU(i32.sub(ip, slot), RECORD_SCALE_SHIFT)));
    const enter = (newSlot: Expr<'i32'>) => {
      f.set(slot, newSlot);
      f.set(pagePc, i64.and(pc, -BigInt(PAGE_SIZE)));
      put64(c, f, 'pagePc', pagePc);
      put32(c, f, 'slot', slot);
      f.set(ip, i32.add(slot, offsetOf(pc)));
    };

    f.block((leave) => {
      f.loop((resync) => {
        f.brIf(leave, get32(c, 'exit'));
        f.if(i32.eqz(fuel), () => {
          put32(c, f, 'exit', EXIT.slice);
          f.br(leave);
        });
        put32(c, f, 'fuel', fuel);
        f.call(h.traps.interrupt);
        f.set(pc, get64(c, 'pc'));
        f.set(dataTlb, i32.add(c.hart, get32(c, 'dataTlb')));
        f.set(fetchTlb, i32.add(c.hart, get32(c, 'fetchTlb')));
        f.set(entry, entryOf(fetchTlb, pc));
        f.set(slot, i32.load(entry, 8));
        f.if(i64.ne(i64.load(entry), i64.and(pc, -BigInt(PAGE_SIZE))), () => {
          f.set(slot, call('i32', fetch, pc));
          f.if(i32.eqz(slot), () => {
            f.set(fuel, i32.sub(fuel, 1));
            f.br(resync);
          });
        });
        enter(slot);

        f.loop((landed) => {
          /** To `pc`: within the page, to a page known to the fetch TLB, or to one to look up. */
          const goToPc = () => {
            f.if(i64.eqz(i64.and(i64.xor(pc, pagePc), -BigInt(PAGE_SIZE))), () => {
              f.set(ip, i32.add(slot, offsetOf(pc)));
              f.br(landed);
            });
            f.set(entry, entryOf(fetchTlb, pc));
            f.if(i64.eq(i64.load(entry), i64.and(pc, -BigInt(PAGE_SIZE))), () => {
              enter(i32.load(entry, 8));
              f.br(landed);
            });
            put64(c, f, 'pc', pc);
            f.br(resync);
          };
          f.block((interpret) => {
            const place = i32.add(slot, i32.shrU(i32.sub(ip, slot), RECORD_SCALE_SHIFT));
            f.set(heat, i32.load16U(place, SLOT.heat));
            f.if(i32.geU(heat, HEAT.settled), () => {
              f.brIf(interpret, i32.eq(heat, HEAT.settled));
              const region = i32.sub(heat, HEAT.compiled);
              f.set(pc, callIndirect('i64', c.regions, compiledType, region, fuel, dataTlb, slot, pagePc));
              const executed = i64.extendI32U(i32.sub(fuel, get32(c, 'fuel')));
              put64(c, f, 'compiledSteps', i64.add(get64(c, 'compiledSteps'), executed));
              put64(c, f, 'compiledEntries', i64.add(get64(c, 'compiledEntries'), 1n));
              f.set(fuel, get32(c, 'fuel'));
              // It may have gone on to other pages
              f.set(slot, get32(c, 'slot'));
              f.set(pagePc, get64(c, 'pagePc'));
              f.if(i64.eqz(i64.and(pc, 1n)), goToPc);
              put64(c, f, 'compiledBails', i64.add(get64(c, 'compiledBails'), 1n));
              f.brIf(resync, i64.eq(pc, RESYNC));
              f.set(ip, i32.add(slot, offsetOf(pc)));
              f.br(interpret);
            });
            f.set(heat, i32.add(heat, 1));
            f.store16(place, heat, SLOT.heat);
            f.if(i32.eq(heat, c.threshold), () => {
              f.call(c.imports.hot, slot, i32.shrU(i32.sub(ip, slot), RECORD_SCALE_SHIFT));
              f.brIf(landed, i32.geU(i32.load16U(place, SLOT.heat), HEAT.compiled));
            });
          });

          f.loop((next) => {
            f.if(i32.eqz(fuel), () => {
              put64(c, f, 'pc', here());
              f.br(resync);
            });
            f.set(fuel, i32.sub(fuel, 1));
            f.block((jump) => {
              f.block((cold) => {
                f.block((undecoded) => {
                  f.block((lookUp) => {
                    const labels: Label[] = new Array(OP_COUNT).fill(cold);
                    labels[OP.undecoded] = undecoded;
                    labels[OP.resync] = lookUp;
                    const loop: Loop = {
                      ip,
                      slot,
                      fuel,
                      pagePc,
                      dataTlb,
                      target: pc,
                      scratch,
                      translation,
                      next,
                      cold,
                      jump,
                      landed,
                    };
                    dispatch(c, f, h, loop, labels, cold);
                  });
                  // resync: not an instruction
                  f.set(fuel, i32.add(fuel, 1));
                  put64(c, f, 'pc', here());
                  f.br(resync);
                });
                // undecoded: decode it, then execute it
                const word = i32.load(i32.add(slot, i32.shrU(i32.sub(ip, slot), RECORD_SCALE_SHIFT)), SLOT.copy);
                f.set(pc, here());
                f.if(
                  i32.and(i32.eq(i32.and(word, 3), 3), i64.eq(i64.and(pc, 0xfffn), BigInt(PAGE_SIZE - 2))),
                  () => {
                    f.set(slot, call('i32', straddle, pc, word));
                    f.brIf(resync, i32.eqz(slot));
                    f.set(ip, i32.add(slot, offsetOf(pc)));
                  },
                  () => f.call(c.imports.decode, ip, word, i32.and(i32.wrap(pc), PAGE_SIZE - 1)),
                );
                f.set(fuel, i32.add(fuel, 1));
                f.br(next);
              });
              put32(c, f, 'fuel', fuel);
              f.set(op, i32.load16U(ip));
              f.brIf(resync, callIndirect('i32', coldTable, coldType, op, ip, slot, op));
              f.set(ip, i32.add(ip, i32.sub(2 * RECORD, i32.shl(i32.and(op, 1), 3))));
              f.br(next);
            });
            goToPc();
          });
        });
      });
    });
    const done = i64.extendI32U(i32.sub(get32(c, 'sliceFuel'), fuel));
    put64(c, f, 'steps', i64.add(get64(c, 'steps'), done));
    put32(c, f, 'sliceFuel', 0);
    put32(c, f, 'fuel', 0);
    f.result(get32(c, 'exit'));
  });
}

/** Brings the timer bits of mip up to date. */
function updateTimers(c: HartContext, f: FunctionBuilder, time: Expr<'i64'>): void {
  const now = f.let(time);
  const mip = f.let(get64(c, 'mip'));
  const setBit = (bit: number, value: Expr<'i32'>) =>
    f.set(mip, i64.or(i64.and(mip, ~(1n << BigInt(bit))), i64.shl(i64.extendI32U(value), BigInt(bit))));
  setBit(IRQ.mti, i64.geU(now, i64.atomicLoad(c.mtimecmp)));
  // Sstc: stimecmp drives STIP once menvcfg.STCE is set
  f.if(hasAny(get64(c, 'menvcfg'), ENVCFG.STCE), () => setBit(IRQ.sti, i64.geU(now, get64(c, 'stimecmp'))));
  put64(c, f, 'mip', mip);
}

/** Emits the branch table and all inline handlers; ops without one go where `labels` already says. */
function dispatch(
  c: HartContext,
  f: FunctionBuilder,
  h: HartFunctions,
  loop: Loop,
  labels: Label[],
  otherwise: Label,
): void {
  const handlers = INSTRUCTIONS.filter(isInline).flatMap((insn) => {
    const near = nearOpOf(insn);
    const forms = [{ op: opOf(insn), near: false }, ...(near === undefined ? [] : [{ op: near, near: true }])];
    const lengths = COMPRESSIBLE.has(insn) ? ([4, 2] as const) : ([4] as const);
    return forms.flatMap((form) =>
      lengths.map((length) => ({
        op: form.op + (length === 2 ? 1 : 0),
        emit: () => {
          const inline = new InlineOps(c, f, h, loop, length, form.near);
          if (insn.float) inline.requireFloat();
          insn.exec(inline, recordFields(insn, loop.ip, c.registers));
          inline.finish();
        },
      })),
    );
  });
  const nest = (position: number): void => {
    const handler = handlers[position];
    if (handler === undefined) {
      f.brTable(i32.load16U(loop.ip), labels, otherwise);
      return;
    }
    f.block((label) => {
      labels[handler.op] = label;
      nest(position + 1);
    });
    handler.emit();
  };
  nest(0);
}

const COMPRESSIBLE: ReadonlySet<Instruction> = new Set(COMPRESSED.map((row) => row.base));

/** Handlers within the loop: registers and memory inline, everything else by way of `loop.cold`. */
class InlineOps extends RecordOps implements Ops<Value, Register> {
  private readonly h: HartFunctions;
  private readonly loop: Loop;
  private readonly length: 2 | 4;
  private readonly near: boolean;
  private scratchUsed = 0;
  private ended = false;

  constructor(c: HartContext, f: FunctionBuilder, h: HartFunctions, loop: Loop, length: 2 | 4, near: boolean) {
    super(c, f, h.arithmetic);
    this.h = h;
    this.loop = loop;
    this.length = length;
    this.near = near;
  }

  protected override scratch(): Local<'i64'> {
    const local = this.loop.scratch[this.scratchUsed++];
    if (local === undefined) throw new Error('an inline handler needs more scratch locals than the loop has');
    return local;
  }

  finish(): void {
    if (!this.ended) this.advance(i32.const(this.length << RECORD_SCALE_SHIFT));
  }

  pc(): Value {
    const { pagePc, ip, slot } = this.loop;
    return i64.add(pagePc, i64.extendI32U(i32.shrU(i32.sub(ip, slot), RECORD_SCALE_SHIFT)));
  }
  nextPc(): Value {
    return i64.add(this.pc(), BigInt(this.length));
  }
  branch(cond: Value, offset: Value): void {
    if (this.near) {
      this.f.if(this.truth(cond), () => this.land(i32.load16S(this.loop.ip, 6)));
    } else {
      this.f.if(this.truth(cond), () => this.leaveFor(i64.add(this.pc(), offset)));
    }
  }
  jump(offset: Value): void {
    if (this.near) {
      this.land(i32.load(this.loop.ip, 4));
      this.ended = true;
    } else this.jumpTo(i64.add(this.pc(), offset));
  }
  jumpTo(target: Value): void {
    this.leaveFor(target);
    this.ended = true;
  }

  /** Floating-point state is on and already marked dirty, so that nothing but registers and flags changes. */
  requireFloat(): void {
    const { c, f, loop } = this;
    f.brIf(loop.cold, i64.ne(i64.and(get64(c, 'mstatus'), MSTATUS.FS), MSTATUS.FS));
  }
  f64(r: Register): Value {
    return i64.load(r);
  }
  setF64(r: Register, v: Value): void {
    this.f.store64(r, v);
  }
  f32(r: Register): Value {
    return unbox(this.bound(i64.load(r)));
  }
  setF32(r: Register, v: Value): void {
    this.f.store64(r, i64.or(v, NAN_BOX));
  }
  rm(field: Value): Value {
    const { c, f, loop } = this;
    const rm = this.scratch();
    f.set(rm, field);
    f.if(i64.eq(rm, DYNAMIC_ROUNDING), () => f.set(rm, i64.extendI32U(get32(c, 'frm'))));
    f.brIf(loop.cold, i64.gtU(rm, 4n));
    return rm;
  }
  float(op: FloatOp, format: FloatFormat, args: readonly Value[], rm: Value): Value {
    return call('i64', this.h.float[format][op], ...args, i32.wrap(rm));
  }

  load(size: AccessSize, signed: boolean, address: Value): Value {
    const host = this.translated(address, size, 0);
    return (signed ? LOAD_SIGNED : LOAD_UNSIGNED)[size](host);
  }
  store(size: AccessSize, address: Value, value: Value): void {
    storeBytes(this.f, size, this.translated(address, size, TLB_WRITE), value);
  }

  private advance(by: I32): void {
    const { f, loop } = this;
    f.set(loop.ip, i32.add(loop.ip, by));
    f.br(loop.next);
    this.ended = true;
  }

  private land(by: I32): void {
    const { f, loop } = this;
    f.set(loop.ip, i32.add(loop.ip, by));
    f.br(loop.landed);
  }

  private leaveFor(target: Value): void {
    this.f.set(this.loop.target, target);
    this.f.br(this.loop.jump);
  }

  /** The host address of an access that the TLB knows and that lies within its page; else off to the cold function. */
  private translated(address: Value, size: AccessSize, table: number): Expr<'i32'> {
    const { f, loop } = this;
    const va = this.scratch();
    f.set(va, address);
    f.set(loop.translation, entryOf(loop.dataTlb, va));
    const distance = i64.sub(va, i64.load(loop.translation, table));
    f.brIf(loop.cold, i64.gtU(distance, BigInt(PAGE_SIZE - size)));
    return i32.add(i32.wrap(va), i32.load(loop.translation, table + 8));
  }

  // Never inline, see `isInline`

  loadReserved = notInline;
  storeConditional = notInline;
  amo = notInline;
  cbo = notInline;
  fence = notInline;
  fenceI = notInline;
  ecall = notInline;
  ebreak = notInline;
  mret = notInline;
  sret = notInline;
  wfi = notInline;
  pause = notInline;
  sfenceVma = notInline;
  sfenceOrder = notInline;
  csr = notInline;
  csrImmediate = notInline;
}

function notInline(): never {
  throw new Error('an instruction was taken for inline that needs its cold function');
}
