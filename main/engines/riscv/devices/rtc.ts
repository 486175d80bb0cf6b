/** Goldfish real-time clock: nanoseconds since 1970 and one alarm. Registers as in QEMU's goldfish_rtc and Linux' rtc-goldfish. */
import type { DeviceClock, IrqLine, MmioDevice, RegisterSize, Stateful, Timed } from './device.ts';
import { bool, record, type StateOf, u32, u64 } from './state.ts';

type Register =
  | 'timeLow'
  | 'timeHigh'
  | 'alarmLow'
  | 'alarmHigh'
  | 'irqEnabled'
  | 'clearAlarm'
  | 'alarmStatus'
  | 'clearInterrupt';

const REGISTERS: ReadonlyMap<number, Register> = new Map([
  [0x00, 'timeLow'],
  [0x04, 'timeHigh'],
  [0x08, 'alarmLow'],
  [0x0c, 'alarmHigh'],
  [0x10, 'irqEnabled'],
  [0x14, 'clearAlarm'],
  [0x18, 'alarmStatus'],
  [0x1c, 'clearInterrupt'],
]);

const STATE = record({
  /** What the guest added to the host's time of day by setting the clock, modulo 2^64. */
  offset: u64,
  /** The high half of the time that the last read of the low half saw. */
  latchedHigh: u32,
  alarm: u64,
  alarmRunning: bool,
  irqPending: bool,
  irqEnabled: bool,
});
export type RtcState = StateOf<typeof STATE>;

const POWER_ON: RtcState = {
  offset: 0n,
  latchedHigh: 0,
  alarm: 0n,
  alarmRunning: false,
  irqPending: false,
  irqEnabled: false,
};

export class GoldfishRtc implements MmioDevice, Stateful<RtcState>, Timed {
  static readonly windowSize = 0x1000;
  readonly name = 'rtc';
  readonly #irq: IrqLine;
  readonly #clock: DeviceClock;
  #state = STATE(POWER_ON);

  constructor(options: { irq: IrqLine; clock: DeviceClock }) {
    this.#irq = options.irq;
    this.#clock = options.clock;
  }

  read(offset: number, size: RegisterSize): number {
    if (size !== 4) return 0;
    const state = this.#state;
    switch (REGISTERS.get(offset)) {
      case 'timeLow': {
        const time = this.#time();
        state.latchedHigh = Number(time >> 32n);
        return Number(time & 0xffff_ffffn);
      }
      case 'timeHigh':
        return state.latchedHigh;
      case 'alarmLow':
        return Number(state.alarm & 0xffff_ffffn);
      case 'alarmHigh':
        return Number(state.alarm >> 32n);
      case 'irqEnabled':
        return Number(state.irqEnabled);
      case 'alarmStatus':
        return Number(state.alarmRunning);
      default:
        return 0;
    }
  }

  write(offset: number, size: RegisterSize, value: number): void {
    if (size !== 4) return;
    const state = this.#state;
    switch (REGISTERS.get(offset)) {
      case 'timeLow':
        this.#setTime(withLow(this.#time(), value));
        break;
      case 'timeHigh':
        this.#setTime(withHigh(this.#time(), value));
        break;
      case 'alarmLow':
        // Linux writes the high half first: the low half is what arms the alarm.
        state.alarm = withLow(state.alarm, value);
        state.alarmRunning = true;
        break;
      case 'alarmHigh':
        state.alarm = withHigh(state.alarm, value);
        break;
      case 'irqEnabled':
        state.irqEnabled = (value & 1) !== 0;
        break;
      case 'clearAlarm':
        state.alarmRunning = false;
        break;
      case 'clearInterrupt':
        state.irqPending = false;
        break;
      default:
        return;
    }
    this.tick();
  }

  deadline(): bigint | null {
    if (!this.#state.alarmRunning) return null;
    return this.#clock.nanoseconds() + (this.#state.alarm - this.#time());
  }

  tick(): void {
    const state = this.#state;
    if (state.alarmRunning && state.alarm <= this.#time()) {
      state.alarmRunning = false;
      state.irqPending = true;
    }
    this.#irq.set(state.irqPending && state.irqEnabled);
  }

  reset(): void {
    this.#state = STATE(POWER_ON);
    this.tick();
  }

  snapshot(): RtcState {
    return STATE(this.#state);
  }

  restore(state: RtcState): void {
    this.#state = STATE(state);
    this.tick();
  }

  #time(): bigint {
    return BigInt.asUintN(64, this.#clock.timeOfDay() + this.#state.offset);
  }

  #setTime(time: bigint): void {
    this.#state.offset = BigInt.asUintN(64, time - this.#clock.timeOfDay());
  }
}

function withLow(value: bigint, low: number): bigint {
  return (value & ~0xffff_ffffn) | BigInt(low);
}

function withHigh(value: bigint, high: number): bigint {
  return (value & 0xffff_ffffn) | (BigInt(high) << 32n);
}
