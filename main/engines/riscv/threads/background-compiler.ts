/** A hart's way to the compile thread: sends what became hot, and takes over what comes back. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { CodeBinding } from '../hart/instance.ts';
import { CodeCache } from '../jit/code-cache.ts';
import type { RegionRequest } from '../jit/compile.ts';
import type { SlotVersion } from '../jit/hot-pages.ts';
import type { CompileAnswer, CompileOrder } from './messages.ts';

/** Orders under way, at most: what becomes hot meanwhile waits, and so the queue of the thread stays fair and short. */
const MAX_UNDER_WAY = 2;
/** Regions in one order, and so in one module. */
const MAX_BATCH = 16;
/** Requests that wait, at most: each holds a copy of its page. What becomes hot beyond has to become hot again. */
const MAX_WAITING = 256;

export class BackgroundCompiler {
  readonly cache: CodeCache;
  readonly #port: MessagePort;
  #waiting: { readonly request: RegionRequest; readonly version: SlotVersion }[] = [];
  readonly #underWay: (readonly SlotVersion[])[] = [];
  /** Orders that the compiler could not fulfil. */
  failures = 0;

  constructor(binding: CodeBinding, port: MessagePort) {
    this.cache = new CodeCache(binding);
    this.#port = port;
  }

  /** See `HotCodeListener`. */
  hot(slot: number, offset: number): void {
    const wanted = this.cache.request(slot, offset);
    if (!wanted) return;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(wanted);
    else this.cache.postpone(wanted.version, offset);
  }

  /** To be called now and then while the hart does not run. */
  exchange(): void {
    while (this.#underWay.length > 0) {
      const received = receiveMessageOnPort(this.#port) as { message: CompileAnswer } | undefined;
      if (!received) break;
      const versions = this.#underWay.shift() ?? [];
      const { message } = received;
      if (message.kind === 'compiled') this.cache.install(message.module, message.bytes, message.regions, versions);
      else if (message.kind === 'failed') this.failures++;
    }
    if (this.#underWay.length < MAX_UNDER_WAY) {
      // A guest that rewrites its code does so faster than we compile
      this.#waiting = this.#waiting.filter(({ version }) => this.cache.isCurrent(version));
    }
    while (this.#waiting.length > 0 && this.#underWay.length < MAX_UNDER_WAY) {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      this.#waiting = this.#waiting.slice(MAX_BATCH);
      this.#underWay.push(batch.map(({ version }) => version));
      this.#port.postMessage({ requests: batch.map(({ request }) => request) } satisfies CompileOrder);
    }
  }
}
