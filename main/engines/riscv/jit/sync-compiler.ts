/** Compiles in the hart's own thread, at once: for tests, and for runs that repeat. */
import type { CodeBinding, HotCodeListener } from '../hart/instance.ts';
import { CodeCache } from './code-cache.ts';
import { compileRegions } from './compile.ts';

export class SyncCompiler implements HotCodeListener {
  readonly threshold: number;
  #cache: CodeCache | undefined;

  constructor(threshold: number) {
    this.threshold = threshold;
  }

  /** To be called once, before the hart runs. */
  bind(binding: CodeBinding): void {
    this.#cache = new CodeCache(binding);
  }

  get cache(): CodeCache {
    if (this.#cache === undefined) throw new Error('the compiler is not bound to a hart');
    return this.#cache;
  }

  hot(slot: number, offset: number): void {
    // On its first visit nothing has been executed yet
    const wanted = this.cache.request(slot, offset, this.threshold === 1);
    const compiled = wanted && compileRegions([wanted.request]);
    if (!compiled) return;
    this.cache.install(new WebAssembly.Module(compiled.bytes), compiled.bytes.length, compiled.regions, [
      wanted.version,
    ]);
  }
}
