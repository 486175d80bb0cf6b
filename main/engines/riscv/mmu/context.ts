/** What the generated functions of a hart share: its state, its imports and the functions that need each other. */
import { CAUSE } from '../isa/csr.ts';
import { STATE } from '../memory/layout.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import { type Expr, type FunctionRef, type I32, type I64, i32, i64, type TableRef } from '../wasm/ops.ts';

type StateName = keyof typeof STATE;

export interface HartContext {
  readonly module: ModuleBuilder;
  /** Address of the hart's private state, of its mailbox and of its register file. */
  readonly hart: Expr<'i32'>;
  readonly mailbox: Expr<'i32'>;
  readonly registers: Expr<'i32'>;
  /** Address of the hart's mtimecmp in the CLINT. */
  readonly mtimecmp: Expr<'i32'>;
  readonly ramBase: Expr<'i32'>;
  /** Bytes of guest RAM; as i64, for comparisons with physical addresses. */
  readonly ramSize: Expr<'i64'>;
  readonly pageState: Expr<'i32'>;
  /** Jumps to an address until `imports.hot` is called. */
  readonly threshold: Expr<'i32'>;
  /** Compiled regions; see `hart/region.ts` for their type. */
  readonly regions: TableRef;
  readonly imports: HostImports;
}

export interface HostImports {
  /** (physical address, size in bytes): reads a device into STATE.data. 1 if no device answers, else 0. */
  readonly mmioLoad: FunctionRef;
  /** (physical address, size in bytes): writes STATE.data to a device. 1 if no device answers, else 0. */
  readonly mmioStore: FunctionRef;
  /** (record, raw instruction, offset in its page): decodes it into the record. */
  readonly decode: FunctionRef;
  /** (): the machine's `time`, in ticks. */
  readonly now: FunctionRef;
  /** (slot, offset in its page): the interpreter has jumped there `threshold` times. */
  readonly hot: FunctionRef;
}

/** Declares the imports; the names are those that `hart/instance.ts` provides. */
export function declareContext(module: ModuleBuilder): HartContext {
  const imports = {
    mmioLoad: module.importFunction('host', 'mmioLoad', ['f64', 'i32'], ['i32']),
    mmioStore: module.importFunction('host', 'mmioStore', ['f64', 'i32'], ['i32']),
    decode: module.importFunction('host', 'decode', ['i32', 'i32', 'i32'], []),
    now: module.importFunction('host', 'now', [], ['f64']),
    hot: module.importFunction('host', 'hot', ['i32', 'i32'], []),
  };
  module.importSharedMemory('host', 'memory', 1);
  return {
    module,
    imports,
    hart: module.importGlobal('host', 'hart', 'i32'),
    mailbox: module.importGlobal('host', 'mailbox', 'i32'),
    registers: module.importGlobal('host', 'registers', 'i32'),
    mtimecmp: module.importGlobal('host', 'mtimecmp', 'i32'),
    ramBase: module.importGlobal('host', 'ramBase', 'i32'),
    ramSize: module.importGlobal('host', 'ramSize', 'i64'),
    pageState: module.importGlobal('host', 'pageState', 'i32'),
    threshold: module.importGlobal('host', 'threshold', 'i32'),
    regions: module.importTable('host', 'regions'),
  };
}

export function get32(c: HartContext, name: StateName): Expr<'i32'> {
  return i32.load(c.hart, STATE[name]);
}

export function get64(c: HartContext, name: StateName): Expr<'i64'> {
  return i64.load(c.hart, STATE[name]);
}

export function put32(c: HartContext, f: FunctionBuilder, name: StateName, value: I32): void {
  f.store(c.hart, value, STATE[name]);
}

export function put64(c: HartContext, f: FunctionBuilder, name: StateName, value: I64): void {
  f.store64(c.hart, value, STATE[name]);
}

/** 1 if any bit of `mask` is set in `value`. */
export function hasAny(value: I64, mask: I64): Expr<'i32'> {
  return i64.ne(i64.and(value, mask), 0n);
}

/** Kinds of access, as translation and protection tell them apart. */
export const ACCESS = { read: 0, write: 1, execute: 2 } as const;

/** The cause of a page fault, and below of an access fault, of that kind of access. */
export function pageFaultOf(access: I32): Expr<'i32'> {
  return byAccess(access, CAUSE.loadPageFault, CAUSE.storePageFault, CAUSE.instructionPageFault);
}

export function accessFaultOf(access: I32): Expr<'i32'> {
  return byAccess(access, CAUSE.loadAccessFault, CAUSE.storeAccessFault, CAUSE.instructionAccessFault);
}

function byAccess(access: I32, read: number, write: number, execute: number): Expr<'i32'> {
  return i32.select(i32.eq(access, ACCESS.write), write, i32.select(i32.eq(access, ACCESS.execute), execute, read));
}
