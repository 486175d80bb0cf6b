/**
 * The part of the WebAssembly JavaScript Interface that Innkeeper uses. TypeScript ships these types only inside its DOM
 * library and @types/node leaves them out, but layers that run in both worlds should see neither.
 * A project that includes the DOM library must not include this file.
 */
declare namespace WebAssembly {
  type ExportValue = CallableFunction | Global | Memory | Table;
  type Exports = Record<string, ExportValue>;
  type ImportValue = ExportValue | number | bigint;
  type Imports = Record<string, Record<string, ImportValue>>;
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag';
  type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'anyfunc' | 'externref';

  interface MemoryDescriptor {
    /** Size in pages of 64 KiB. */
    initial: number;
    maximum?: number;
    shared?: boolean;
  }

  interface Memory {
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    /** Adds pages and answers the former size in pages; throws RangeError when the host refuses. */
    grow(pages: number): number;
  }
  interface SharedMemory extends Memory {
    readonly buffer: SharedArrayBuffer;
  }
  const Memory: {
    prototype: Memory;
    new (descriptor: MemoryDescriptor & { maximum: number; shared: true }): SharedMemory;
    new (descriptor: MemoryDescriptor): Memory;
  };

  interface TableDescriptor {
    element: 'anyfunc' | 'externref';
    initial: number;
    maximum?: number;
  }
  class Table {
    constructor(descriptor: TableDescriptor, value?: unknown);
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value?: unknown): void;
    grow(delta: number, value?: unknown): number;
  }

  class Global {
    constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: unknown);
    value: unknown;
  }

  /** Compiled code; may be posted to other threads. */
  class Module {
    /** Compiles synchronously; throws CompileError. */
    constructor(bytes: ArrayBufferView<ArrayBufferLike> | ArrayBufferLike);
    static exports(module: Module): { name: string; kind: ImportExportKind }[];
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[];
  }

  class Instance {
    /** Links and runs the start function; throws LinkError or RuntimeError. */
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  /** A trap. */
  class RuntimeError extends Error {}

  function validate(bytes: ArrayBufferView<ArrayBufferLike> | ArrayBufferLike): boolean;
  function compile(bytes: ArrayBufferView<ArrayBufferLike> | ArrayBufferLike): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
}
