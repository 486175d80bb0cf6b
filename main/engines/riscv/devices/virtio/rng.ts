/** Entropy device: virtio 1.2, section 5.4. */
import { record, type StateOf } from '../state.ts';
import { DEVICE_ID, type VirtioDevice, type VirtioTransport } from './device.ts';

const REQUESTS = 0;
const QUEUE_SIZE = 64;
/** Bytes given for one request at most, however long its buffers are: the driver asks again. */
const MOST_BYTES = 4096;

const STATE = record({});
export type RngState = StateOf<typeof STATE>;

export class VirtioRng implements VirtioDevice<RngState> {
  readonly name = 'rng';
  readonly deviceId = DEVICE_ID.entropy;
  readonly features = 0n;
  readonly queueSizes = [QUEUE_SIZE];
  readonly #entropy: (into: Uint8Array) => void;
  readonly #buffer = new Uint8Array(MOST_BYTES);
  #transport: VirtioTransport | undefined;

  /** `entropy` fills a buffer, which is never one of guest memory, with random bytes. */
  constructor(options: { entropy: (into: Uint8Array) => void }) {
    this.#entropy = options.entropy;
  }

  attach(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  config(): Uint8Array {
    return new Uint8Array(0);
  }

  writeConfig(): void {}

  start(): void {
    this.notify();
  }

  notify(): boolean {
    const queue = this.#transport?.queue(REQUESTS);
    if (!queue) return false;
    let handled = 0;
    for (; handled < QUEUE_SIZE; handled++) {
      const chain = queue.peek();
      if (!chain) break;
      const bytes = this.#buffer.subarray(0, Math.min(MOST_BYTES, chain.writableLength));
      this.#entropy(bytes);
      queue.advance();
      queue.push(chain, chain.write(0, bytes));
    }
    queue.flush();
    return handled === QUEUE_SIZE;
  }

  /** It has no state. */
  reset(): void {}

  snapshot(): RngState {
    return STATE({});
  }

  restore(state: RngState): void {
    STATE(state);
  }
}
