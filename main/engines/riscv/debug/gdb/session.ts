/**
 * What a connected GDB asks, and the answers (GDB manual, appendix E, "Packets"). All-stop: when one hart stops all do. A
 * hart is a thread, numbered from 1. Knows no socket: packets in, packets out.
 */
import type { Hart } from '../../hart/instance.ts';
import type { Stop } from '../machine.ts';
import { fromHex, fromLittleEndian, hexByte, littleEndianHex, MAX_PACKET, toHex } from './packets.ts';
import { BY_NUMBER, GENERAL, type Register } from './registers.ts';
import { targetDescription } from './target-description.ts';

/** The machine as GDB needs it. It is stopped whenever a packet is handled, but between `resume` and the stop it reports. */
export interface GdbTarget {
  readonly harts: readonly Hart[];
  /** What to say about a hart in `info threads`. */
  describe(hart: number): string;
  /** Fewer than `length` where the rest is not memory. */
  readMemory(hart: number, address: bigint, length: number): Uint8Array;
  writeMemory(hart: number, address: bigint, bytes: Uint8Array): boolean;
  setBreakpoint(address: bigint, set: boolean): void;
  /** Runs all harts; the end is told by `GdbSession.stopped`. */
  resume(): void;
  /** Has a resumed machine stop; then `GdbSession.interrupted` is called. */
  interrupt(): void;
  /** One instruction of one hart. */
  step(hart: number): Stop;
  reset(): void;
  /** GDB leaves: the machine runs on. */
  detach(): void;
  /** GDB ends the machine. */
  kill(): void;
}

const OK = 'OK';
const UNSUPPORTED = '';
/** There is no list of numbers in the protocol; GDB shows them. EINVAL and EFAULT. */
const ERROR = { invalid: 'E16', memory: 'E0e' } as const;
/** In GDB's own numbering (include/gdb/signals.def). */
const SIGNAL = { INT: 2, TRAP: 5 } as const;

const SUPPORTED = [
  `PacketSize=${MAX_PACKET.toString(16)}`,
  'qXfer:features:read+',
  'vContSupported+',
  'QStartNoAckMode+',
  'swbreak+',
  'hwbreak+',
].join(';');

type Handler = (session: GdbSession, rest: string) => string | undefined;

export class GdbSession {
  readonly #target: GdbTarget;
  readonly #send: (payload: string) => void;
  #acknowledges = true;
  /** What `Hg` selected: whose registers and address space is meant. */
  #hart = 0;
  /** What `Hc` selected for `c` and `s`; undefined is all. */
  #stepping: number | undefined;
  #running = false;
  #lastStop = '';

  constructor(target: GdbTarget, send: (payload: string) => void) {
    this.#target = target;
    this.#send = send;
    this.#lastStop = this.#trap(0);
  }

  /** Until GDB asks to leave it out, each packet that arrives whole is acknowledged. */
  get acknowledges(): boolean {
    return this.#acknowledges;
  }

  /** Carries out a packet. */
  handle(payload: string): void {
    if (this.#running) return;
    const row = HANDLERS.find(([prefix]) => payload.startsWith(prefix));
    const answer = row ? row[1](this, payload.slice(row[0].length)) : UNSUPPORTED;
    if (answer !== undefined) this.#send(answer);
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (this.#running) this.#target.interrupt();
  }

  /** A resumed machine has stopped by itself. */
  stopped(stop: Stop): void {
    this.#running = false;
    this.#lastStop = this.#replyFor(stop);
    this.#send(this.#lastStop);
  }

  /** A resumed machine has stopped because of `interrupt`. */
  interrupted(): void {
    this.#running = false;
    this.#lastStop = `T${hexByte(SIGNAL.INT)}thread:${threadOf(this.#hart)};`;
    this.#send(this.#lastStop);
  }

  #replyFor(stop: Stop): string {
    if (stop.kind === 'powered-off') return `W${hexByte(Math.min(stop.code, 0xff))}`;
    this.#hart = stop.hart;
    return this.#trap(stop.hart, stop.kind === 'breakpoint' ? 'hwbreak:;' : '');
  }

  #trap(hart: number, reason = ''): string {
    return `T${hexByte(SIGNAL.TRAP)}${reason}thread:${threadOf(hart)};`;
  }

  lastStop(): string {
    return this.#lastStop;
  }

  // Registers

  readGeneral(): string {
    return GENERAL.map((register) => this.#shown(register)).join('');
  }

  writeGeneral(hex: string): string {
    const bytes = fromHex(hex);
    if (!bytes || bytes.length < GENERAL.length * 8) return ERROR.invalid;
    const hart = this.#selected();
    GENERAL.forEach((register, i) => {
      register.write?.(hart, fromLittleEndian(bytes.subarray(8 * i, 8 * i + 8)));
    });
    return OK;
  }

  readRegister(number: string): string {
    const register = BY_NUMBER.get(Number.parseInt(number, 16));
    return register ? this.#shown(register) : ERROR.invalid;
  }

  writeRegister(text: string): string {
    const [number = '', hex = ''] = text.split('=');
    const register = BY_NUMBER.get(Number.parseInt(number, 16));
    const bytes = fromHex(hex);
    if (!register?.write || !bytes || bytes.length !== register.bits / 8) return ERROR.invalid;
    register.write(this.#selected(), fromLittleEndian(bytes));
    return OK;
  }

  #shown(register: Register): string {
    return littleEndianHex(register.read(this.#selected()), register.bits / 8);
  }

  #selected(): Hart {
    const hart = this.#target.harts[this.#hart];
    if (!hart) throw new RangeError(`There is no hart ${this.#hart}`);
    return hart;
  }

  // Memory

  readMemory(text: string): string {
    const range = rangeOf(text);
    if (!range) return ERROR.invalid;
    const bytes = this.#target.readMemory(this.#hart, range.address, Math.min(range.length, MAX_PACKET / 2 - 16));
    return bytes.length === 0 && range.length > 0 ? ERROR.memory : toHex(bytes);
  }

  /** `decode` makes bytes of what stands behind the colon. */
  writeMemory(text: string, decode: (data: string) => Uint8Array | undefined): string {
    const colon = text.indexOf(':');
    const range = rangeOf(text.slice(0, colon));
    const bytes = decode(text.slice(colon + 1));
    if (colon < 0 || !range || bytes?.length !== range.length) return ERROR.invalid;
    return this.#target.writeMemory(this.#hart, range.address, bytes) ? OK : ERROR.memory;
  }

  breakpoint(text: string, set: boolean): string {
    const match = /^[01],([0-9a-f]{1,16}),[0-9a-f]+/i.exec(text);
    // Watchpoints are none of ours: GDB then steps.
    if (!match) return UNSUPPORTED;
    this.#target.setBreakpoint(BigInt(`0x${match[1]}`), set);
    return OK;
  }

  // Execution

  /** `c` and `s`, with an address to go on at or without. */
  resume(how: 'c' | 's', address: string): string | undefined {
    const hart = this.#stepping ?? this.#hart;
    if (address !== '') {
      if (!/^[0-9a-f]{1,16}$/i.test(address)) return ERROR.invalid;
      this.#target.harts[hart]?.set('pc', BigInt(`0x${address}`));
    }
    return how === 'c' ? this.#continue() : this.#step(hart);
  }

  /** `vCont;ACTION[:THREAD]...`: the first that fits a thread counts. The harts that are not to step wait for the one that is. */
  continueWith(text: string): string | undefined {
    for (const action of text.split(';').filter((part) => part !== '')) {
      const match = /^([cCsSt])[0-9a-f]*(?::(-?[0-9a-fp.]+))?$/i.exec(action);
      if (!match) return ERROR.invalid;
      const [, letter = '', thread] = match;
      if (letter.toLowerCase() === 'c') return this.#continue();
      if (letter.toLowerCase() === 's') {
        const hart = thread === undefined ? this.#hart : hartOf(thread, this.#target.harts.length);
        if (hart === undefined) return ERROR.invalid;
        return this.#step(hart ?? this.#hart);
      }
    }
    return ERROR.invalid;
  }

  #continue(): undefined {
    this.#running = true;
    this.#target.resume();
  }

  #step(hart: number): string {
    this.#lastStop = this.#replyFor(this.#target.step(hart));
    return this.#lastStop;
  }

  // Threads

  select(text: string): string {
    const hart = hartOf(text.slice(1), this.#target.harts.length);
    if (hart === undefined) return ERROR.invalid;
    if (text.startsWith('g')) this.#hart = hart ?? this.#hart;
    else if (text.startsWith('c')) this.#stepping = hart ?? undefined;
    else return UNSUPPORTED;
    return OK;
  }

  threads(): string {
    return `m${this.#target.harts.map((hart) => threadOf(hart.index)).join(',')}`;
  }

  currentThread(): string {
    return `QC${threadOf(this.#hart)}`;
  }

  isThread(text: string): string {
    const hart = hartOf(text, this.#target.harts.length);
    return hart === undefined || hart === null ? ERROR.invalid : OK;
  }

  threadInfo(text: string): string {
    const hart = hartOf(text, this.#target.harts.length);
    if (hart === undefined || hart === null) return ERROR.invalid;
    return toHex(Buffer.from(this.#target.describe(hart)));
  }

  // The rest

  monitor(hex: string): string {
    const bytes = fromHex(hex);
    const command = bytes && Buffer.from(bytes).toString().trim();
    const say = (text: string) => toHex(Buffer.from(text));
    if (command !== 'reset') return say('The monitor commands are: reset (power off and on again)\n');
    this.#target.reset();
    this.#hart = 0;
    return say('The machine is at its first instruction; use "maintenance flush register-cache" to see it.\n');
  }

  detach(): string {
    this.#target.detach();
    return OK;
  }

  kill<T>(answer: T): T {
    this.#target.kill();
    return answer;
  }

  stopAcknowledging(): string {
    this.#acknowledges = false;
    return OK;
  }
}

/** The first row whose beginning fits is taken. */
const HANDLERS: readonly (readonly [string, Handler])[] = [
  ['?', (session) => session.lastStop()],
  ['g', (session) => session.readGeneral()],
  ['G', (session, rest) => session.writeGeneral(rest)],
  ['p', (session, rest) => session.readRegister(rest)],
  ['P', (session, rest) => session.writeRegister(rest)],
  ['m', (session, rest) => session.readMemory(rest)],
  ['M', (session, rest) => session.writeMemory(rest, fromHex)],
  ['X', (session, rest) => session.writeMemory(rest, (data) => Buffer.from(data, 'latin1'))],
  ['Z', (session, rest) => session.breakpoint(rest, true)],
  ['z', (session, rest) => session.breakpoint(rest, false)],
  ['c', (session, rest) => session.resume('c', rest)],
  ['s', (session, rest) => session.resume('s', rest)],
  ['vCont?', () => 'vCont;c;C;s;S'],
  ['vCont;', (session, rest) => session.continueWith(rest)],
  ['vKill', (session) => session.kill(OK)],
  ['H', (session, rest) => session.select(rest)],
  ['T', (session, rest) => session.isThread(rest)],
  ['qfThreadInfo', (session) => session.threads()],
  ['qsThreadInfo', () => 'l'],
  ['qThreadExtraInfo,', (session, rest) => session.threadInfo(rest)],
  ['qC', (session) => session.currentThread()],
  ['qAttached', () => '1'],
  ['qSupported', () => SUPPORTED],
  ['qXfer:features:read:target.xml:', (_, rest) => transfer(targetDescription(), rest)],
  ['qRcmd,', (session, rest) => session.monitor(rest)],
  ['QStartNoAckMode', (session) => session.stopAcknowledging()],
  ['D', (session) => session.detach()],
  ['k', (session) => session.kill(undefined)],
];

function threadOf(hart: number): string {
  return (hart + 1).toString(16);
}

/** The hart that a thread number means; null for "any" (0) and "all" (-1), undefined for one that does not exist. */
function hartOf(thread: string, harts: number): number | null | undefined {
  if (thread === '0' || thread === '-1') return null;
  const number = /^[0-9a-f]+$/i.test(thread) ? Number.parseInt(thread, 16) : Number.NaN;
  return number >= 1 && number <= harts ? number - 1 : undefined;
}

/** `ADDRESS,LENGTH`, both hexadecimal. */
function rangeOf(text: string): { address: bigint; length: number } | undefined {
  const match = /^([0-9a-f]{1,16}),([0-9a-f]{1,8})$/i.exec(text);
  return match ? { address: BigInt(`0x${match[1]}`), length: Number.parseInt(match[2] ?? '', 16) } : undefined;
}

/** Part of an object: `OFFSET,LENGTH`; `m` says that there is more, `l` that this was the last. */
function transfer(object: string, text: string): string {
  const range = rangeOf(text);
  if (!range) return ERROR.invalid;
  const from = Number(range.address);
  const part = object.slice(from, from + range.length);
  return (from + part.length < object.length ? 'm' : 'l') + part;
}
