/** SiFive's test finisher as on QEMU's virt board, which Linux drives as syscon-poweroff and syscon-reboot. */
import type { MmioDevice, Note, RegisterSize, Stateful } from './device.ts';
import { record, type StateOf } from './state.ts';

/** Why the guest wants its machine stopped. `code` is an exit status of 16 bits: 0 unless `kind` is `fail`. */
export interface Finish {
  readonly kind: 'pass' | 'fail' | 'reset';
  readonly code: number;
}

const FINISHER = 0;

/** Low half of the value written -> what it means. */
const COMMANDS = new Map<number, Finish['kind']>([
  [0x5555, 'pass'],
  [0x3333, 'fail'],
  [0x7777, 'reset'],
]);

const STATE = record({});
export type SysconState = StateOf<typeof STATE>;

export class Syscon implements MmioDevice, Stateful<SysconState> {
  static readonly windowSize = 0x1000;
  readonly name = 'syscon';
  readonly #finish: (finish: Finish) => void;
  readonly #note: Note;

  constructor(options: { finish: (finish: Finish) => void; note: Note }) {
    this.#finish = options.finish;
    this.#note = options.note;
  }

  read(): number {
    return 0;
  }

  write(offset: number, size: RegisterSize, value: number): void {
    if (offset !== FINISHER || size === 1) return;
    const kind = COMMANDS.get(value & 0xffff);
    if (kind === undefined) {
      this.#note(`syscon: unknown command 0x${value.toString(16)}`);
      return;
    }
    this.#finish({ kind, code: kind === 'fail' ? value >>> 16 : 0 });
  }

  /** It has no state; it is a device like any other all the same. */
  reset(): void {}

  snapshot(): SysconState {
    return STATE({});
  }

  restore(state: SysconState): void {
    STATE(state);
  }
}
