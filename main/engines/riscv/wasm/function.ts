/** Builds one function body, statement by statement. */
import { pushUnsigned } from './encode.ts';
import {
  type AnyExpr,
  type Body,
  type Expr,
  emitCall,
  type F32,
  type F64,
  type FunctionRef,
  type I32,
  type I64,
  type Label,
  type Local,
  type TableRef,
  TYPE_CODE,
  toI32,
  toI64,
  type ValueType,
} from './ops.ts';

const CLOSED = -1;

function localOf<T extends ValueType>(type: T, index: number): Local<T> {
  return {
    type,
    index,
    emit: ({ bytes }) => {
      bytes.push(0x20);
      pushUnsigned(bytes, index);
    },
  };
}

export class FunctionBuilder {
  readonly ref: FunctionRef;
  readonly body: Body = { bytes: [], depth: 0 };
  private readonly locals: ValueType[] = [];
  private readonly hints: { readonly at: number; readonly likely: boolean }[] = [];

  constructor(ref: FunctionRef) {
    this.ref = ref;
  }

  /** Parameter `index`, which must have type `type`. */
  param<T extends ValueType>(type: T, index: number): Local<T> {
    if (this.ref.params[index] !== type) throw new Error(`parameter ${index} is not ${type}`);
    return localOf(type, index);
  }

  /** A new local, zero when the function is entered, not when its declaration is reached. */
  local<T extends ValueType>(type: T): Local<T> {
    this.locals.push(type);
    return localOf(type, this.ref.params.length + this.locals.length - 1);
  }

  /** Binds `value` to a new local. */
  let<T extends ValueType>(value: Expr<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  set(local: Local<'i32'>, value: I32): void;
  set(local: Local<'i64'>, value: I64): void;
  set<T extends ValueType>(local: Local<T>, value: Expr<T>): void;
  set(local: Local<ValueType>, value: AnyExpr | number | bigint): void {
    (typeof value === 'number' ? toI32(value) : typeof value === 'bigint' ? toI64(value) : value).emit(this.body);
    this.body.bytes.push(0x21);
    pushUnsigned(this.body.bytes, local.index);
  }

  setGlobal(index: number, value: AnyExpr): void {
    value.emit(this.body);
    this.body.bytes.push(0x24);
    pushUnsigned(this.body.bytes, index);
  }

  if(cond: I32, then: () => void, otherwise?: () => void, likely?: boolean): void {
    toI32(cond).emit(this.body);
    this.hint(likely);
    this.body.bytes.push(0x04, 0x40);
    this.body.depth++;
    then();
    if (otherwise) {
      this.body.bytes.push(0x05);
      otherwise();
    }
    this.end();
  }

  /** A block; branching to its label leaves it. */
  block(inside: (label: Label) => void): void {
    this.open(0x02, inside);
  }

  /** A loop; branching to its label starts it anew, running off its end leaves it. */
  loop(inside: (label: Label) => void): void {
    this.open(0x03, inside);
  }

  br(label: Label): void {
    this.body.bytes.push(0x0c);
    pushUnsigned(this.body.bytes, this.distance(label));
  }

  brIf(label: Label, cond: I32, likely?: boolean): void {
    toI32(cond).emit(this.body);
    this.hint(likely);
    this.body.bytes.push(0x0d);
    pushUnsigned(this.body.bytes, this.distance(label));
  }

  /** Branches to `labels[index]`, or to `otherwise` where there is none. */
  brTable(index: I32, labels: readonly Label[], otherwise: Label): void {
    toI32(index).emit(this.body);
    this.body.bytes.push(0x0e);
    pushUnsigned(this.body.bytes, labels.length);
    for (const label of labels) pushUnsigned(this.body.bytes, this.distance(label));
    pushUnsigned(this.body.bytes, this.distance(otherwise));
  }

  /** Runs `cases[index]`, or `otherwise`; control goes on behind the switch. */
  switch(index: I32, cases: readonly (() => void)[], otherwise: () => void): void {
    this.block((done) => {
      const nest = (position: number, labels: Label[]): void => {
        if (position < 0) {
          this.block((fallback) => {
            this.brTable(index, [...labels].reverse(), fallback);
          });
          otherwise();
          this.br(done);
          return;
        }
        this.block((label) => nest(position - 1, [...labels, label]));
        cases[position]?.();
        this.br(done);
      };
      nest(cases.length - 1, []);
    });
  }

  return(...values: AnyExpr[]): void {
    for (const value of values) value.emit(this.body);
    this.body.bytes.push(0x0f);
  }

  /** Calls through `table` in place of returning: the caller's frame is gone (Tail Call extension). */
  returnCallIndirect(table: TableRef, typeIndex: number, element: I32, ...args: readonly AnyExpr[]): void {
    for (const arg of args) arg.emit(this.body);
    toI32(element).emit(this.body);
    this.body.bytes.push(0x13);
    pushUnsigned(this.body.bytes, typeIndex);
    pushUnsigned(this.body.bytes, table.index);
  }

  /** Leaves `values` as the results at the end of the body. */
  result(...values: AnyExpr[]): void {
    for (const value of values) value.emit(this.body);
  }

  unreachable(): void {
    this.body.bytes.push(0x00);
  }

  /** Calls a function and drops its results. */
  call(callee: FunctionRef, ...args: readonly AnyExpr[]): void {
    emitCall(this.body, callee, args);
    for (let i = 0; i < callee.results.length; i++) this.body.bytes.push(0x1a);
  }

  /** Evaluates for the effect alone. */
  drop(value: AnyExpr): void {
    value.emit(this.body);
    this.body.bytes.push(0x1a);
  }

  store(base: I32, value: I32, offset = 0): void {
    this.memory([0x36, 0], base, toI32(value), offset);
  }
  store8(base: I32, value: I32, offset = 0): void {
    this.memory([0x3a, 0], base, toI32(value), offset);
  }
  store16(base: I32, value: I32, offset = 0): void {
    this.memory([0x3b, 0], base, toI32(value), offset);
  }
  store64(base: I32, value: I64, offset = 0): void {
    this.memory([0x37, 0], base, toI64(value), offset);
  }
  /** Stores the low 8, 16 or 32 bits of a 64-bit value. */
  storeLow8(base: I32, value: I64, offset = 0): void {
    this.memory([0x3c, 0], base, toI64(value), offset);
  }
  storeLow16(base: I32, value: I64, offset = 0): void {
    this.memory([0x3d, 0], base, toI64(value), offset);
  }
  storeLow32(base: I32, value: I64, offset = 0): void {
    this.memory([0x3e, 0], base, toI64(value), offset);
  }
  storeF32(base: I32, value: F32, offset = 0): void {
    this.memory([0x38, 0], base, value, offset);
  }
  storeF64(base: I32, value: F64, offset = 0): void {
    this.memory([0x39, 0], base, value, offset);
  }
  atomicStore(base: I32, value: I32, offset = 0): void {
    this.memory([0xfe, 0x17, 2], base, toI32(value), offset);
  }
  atomicFence(): void {
    this.body.bytes.push(0xfe, 0x03, 0x00);
  }
  /** memory.fill: `length` bytes from `start` become `byte`. */
  memoryFill(start: I32, byte: I32, length: I32): void {
    for (const operand of [start, byte, length]) toI32(operand).emit(this.body);
    this.body.bytes.push(0xfc, 0x0b, 0x00);
  }
  /** memory.copy: `length` bytes from `source` to `target`. */
  memoryCopy(target: I32, source: I32, length: I32): void {
    for (const operand of [target, source, length]) toI32(operand).emit(this.body);
    this.body.bytes.push(0xfc, 0x0a, 0x00, 0x00);
  }

  /** The complete code entry: locals, body, end (Core Specification 2.0, section 5.5.13). */
  encode(): number[] {
    if (this.body.depth !== 0) throw new Error('a block is still open');
    const out = this.encodeLocals();
    for (const byte of this.body.bytes) out.push(byte);
    out.push(0x0b);
    return out;
  }

  /** Branches known to be taken or not, by their offset in the code entry (Branch Hinting proposal, section "Custom section"). */
  branchHints(): { readonly offset: number; readonly likely: boolean }[] {
    const start = this.encodeLocals().length;
    return this.hints.map(({ at, likely }) => ({ offset: start + at, likely }));
  }

  private encodeLocals(): number[] {
    const out: number[] = [];
    const runs: [count: number, type: ValueType][] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    pushUnsigned(out, runs.length);
    for (const [count, type] of runs) {
      pushUnsigned(out, count);
      out.push(TYPE_CODE[type]);
    }
    return out;
  }

  /** Says of the branch that comes next whether it is likely to be taken. */
  private hint(likely: boolean | undefined): void {
    if (likely !== undefined) this.hints.push({ at: this.body.bytes.length, likely });
  }

  private open(opcode: number, inside: (label: Label) => void): void {
    this.body.bytes.push(opcode, 0x40);
    const label: Label = { level: ++this.body.depth };
    inside(label);
    label.level = CLOSED;
    this.end();
  }

  private end(): void {
    this.body.bytes.push(0x0b);
    this.body.depth--;
  }

  private distance(label: Label): number {
    if (label.level === CLOSED) throw new Error('branch to a label whose block has ended');
    return this.body.depth - label.level;
  }

  private memory(opcode: readonly number[], base: I32, value: AnyExpr, offset: number): void {
    toI32(base).emit(this.body);
    value.emit(this.body);
    const bytes = this.body.bytes;
    for (const byte of opcode) bytes.push(byte);
    pushUnsigned(bytes, offset);
  }
}
