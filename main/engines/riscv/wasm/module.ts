/** Assembles functions into a WebAssembly module (Core Specification 2.0, section 5.5). */
import { type Bytes, pushName, pushUnsigned } from './encode.ts';
import { FunctionBuilder } from './function.ts';
import { type Expr, type FunctionRef, globalGet, type TableRef, TYPE_CODE, type ValueType } from './ops.ts';

const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, export: 7, element: 9, code: 10 } as const;
const MAX_PAGES = 65536;

interface Import {
  readonly module: string;
  readonly name: string;
  readonly descriptor: readonly number[];
}

export class ModuleBuilder {
  private readonly types: { key: string; bytes: Bytes }[] = [];
  private readonly imports: Import[] = [];
  private readonly functions: { typeIndex: number; builder: FunctionBuilder }[] = [];
  private readonly exports: { name: string; kind: number; index: number }[] = [];
  private readonly tableEntries: FunctionRef[] = [];
  private importedFunctions = 0;
  private importedGlobals = 0;
  private importedTables = 0;

  /** Imports a function. All imports come before the first function. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[],
  ): FunctionRef {
    if (this.functions.length > 0) throw new Error(`import ${name} comes after a function`);
    const descriptor = [0x00];
    pushUnsigned(descriptor, this.typeIndex(params, results));
    this.imports.push({ module, name, descriptor });
    return { index: this.importedFunctions++, params, results };
  }

  /** Imports the one memory: shared, at least `minPages` pages of 64 KiB. */
  importSharedMemory(module: string, name: string, minPages: number): void {
    const descriptor = [0x02, 0x03];
    pushUnsigned(descriptor, minPages);
    pushUnsigned(descriptor, MAX_PAGES);
    this.imports.push({ module, name, descriptor });
  }

  /** Imports an immutable global and yields the expression that reads it. */
  importGlobal<T extends ValueType>(module: string, name: string, type: T): Expr<T> {
    this.imports.push({ module, name, descriptor: [0x03, TYPE_CODE[type], 0x00] });
    return globalGet(type, this.importedGlobals++);
  }

  /** Imports a table of functions. All of these come before `setTable`. */
  importTable(module: string, name: string): TableRef {
    if (this.tableEntries.length > 0) throw new Error(`import ${name} comes after the module's own table`);
    this.imports.push({ module, name, descriptor: [0x01, 0x70, 0x00, 0x00] });
    return { index: this.importedTables++ };
  }

  /** Adds a function; `build` may be called later, so that functions can call each other. */
  declare(params: readonly ValueType[], results: readonly ValueType[]): FunctionBuilder {
    const ref = { index: this.importedFunctions + this.functions.length, params, results };
    const builder = new FunctionBuilder(ref);
    this.functions.push({ typeIndex: this.typeIndex(params, results), builder });
    return builder;
  }

  /** Adds a function and builds its body at once. */
  define(
    params: readonly ValueType[],
    results: readonly ValueType[],
    build: (f: FunctionBuilder) => void,
  ): FunctionRef {
    const builder = this.declare(params, results);
    build(builder);
    return builder.ref;
  }

  exportFunction(name: string, ref: FunctionRef): void {
    this.exports.push({ name, kind: 0x00, index: ref.index });
  }

  /** The module's own function table, for `call_indirect`. At most one, which is not empty. */
  setTable(entries: readonly FunctionRef[]): TableRef {
    if (this.tableEntries.length > 0) throw new Error('the module has a table already');
    this.tableEntries.push(...entries);
    return { index: this.importedTables };
  }

  exportTable(name: string, { index }: TableRef): void {
    this.exports.push({ name, kind: 0x01, index });
  }

  /** The index of a function type, as `call_indirect` wants it. */
  typeIndex(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}:${results.join()}`;
    const known = this.types.findIndex((type) => type.key === key);
    if (known >= 0) return known;
    const bytes = [0x60];
    pushUnsigned(bytes, params.length);
    for (const type of params) bytes.push(TYPE_CODE[type]);
    pushUnsigned(bytes, results.length);
    for (const type of results) bytes.push(TYPE_CODE[type]);
    return this.types.push({ key, bytes }) - 1;
  }

  encode(): Uint8Array<ArrayBuffer> {
    const out: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    this.section(out, SECTION.type, this.types, (to, type) => append(to, type.bytes));
    this.section(out, SECTION.import, this.imports, (to, { module, name, descriptor }) => {
      pushName(to, module);
      pushName(to, name);
      append(to, descriptor);
    });
    this.section(out, SECTION.function, this.functions, (to, f) => pushUnsigned(to, f.typeIndex));
    if (this.tableEntries.length > 0) {
      this.section(out, SECTION.table, [this.tableEntries.length], (to, size) => {
        to.push(0x70, 0x01);
        pushUnsigned(to, size);
        pushUnsigned(to, size);
      });
    }
    this.section(out, SECTION.export, this.exports, (to, { name, kind, index }) => {
      pushName(to, name);
      to.push(kind);
      pushUnsigned(to, index);
    });
    if (this.tableEntries.length > 0) {
      this.section(out, SECTION.element, [this.tableEntries], (to, entries) => {
        // Flags 2: a table by its index, and the kind of element, functions
        to.push(0x02);
        pushUnsigned(to, this.importedTables);
        to.push(0x41, 0x00, 0x0b, 0x00);
        pushUnsigned(to, entries.length);
        for (const entry of entries) pushUnsigned(to, entry.index);
      });
    }
    this.hintSection(out);
    this.section(out, SECTION.code, this.functions, (to, { builder }) => {
      const code = builder.encode();
      pushUnsigned(to, code.length);
      append(to, code);
    });
    return Uint8Array.from(out);
  }

  /** Which branches are likely, for engines that care: a custom section that has to come before the code. */
  private hintSection(out: Bytes): void {
    const hinted = this.functions
      .map(({ builder }) => ({ index: builder.ref.index, hints: builder.branchHints() }))
      .filter(({ hints }) => hints.length > 0);
    if (hinted.length === 0) return;
    const bytes: Bytes = [];
    pushName(bytes, 'metadata.code.branch_hint');
    pushUnsigned(bytes, hinted.length);
    for (const { index, hints } of hinted) {
      pushUnsigned(bytes, index);
      pushUnsigned(bytes, hints.length);
      for (const { offset, likely } of hints) {
        pushUnsigned(bytes, offset);
        bytes.push(1, likely ? 1 : 0);
      }
    }
    out.push(SECTION.custom);
    pushUnsigned(out, bytes.length);
    append(out, bytes);
  }

  private section<T>(out: Bytes, id: number, items: readonly T[], write: (to: Bytes, item: T) => void): void {
    if (items.length === 0) return;
    const bytes: Bytes = [];
    pushUnsigned(bytes, items.length);
    for (const item of items) write(bytes, item);
    out.push(id);
    pushUnsigned(out, bytes.length);
    append(out, bytes);
  }
}

function append(to: Bytes, bytes: readonly number[]): void {
  for (const byte of bytes) to.push(byte);
}
