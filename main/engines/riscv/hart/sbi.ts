/**
 * The SBI built into the machine: what a kernel started in S-mode finds where firmware would be. Mirrors the RISC-V
 * Supervisor Binary Interface Specification, version 2.0: chapters 3 (encoding), 4 (BASE), 5 (legacy), 6 (TIME), 7 (IPI),
 * 8 (RFENCE), 9 (HSM), 10 (SRST) and 12 (DBCN).
 *
 * Pure: it decides and answers; a `SbiHost` acts.
 */
import type { GuestRam } from '../memory/guest-ram.ts';
import { FENCE } from '../memory/layout.ts';
import { type HsmStates, moveHart } from './hsm.ts';

/** Section 3, table 1. */
export const SBI_ERROR = {
  SUCCESS: 0n,
  FAILED: -1n,
  NOT_SUPPORTED: -2n,
  INVALID_PARAM: -3n,
  DENIED: -4n,
  INVALID_ADDRESS: -5n,
  ALREADY_AVAILABLE: -6n,
} as const;

/** Extension IDs, given in a7. Most are the name's letters. */
export const SBI_EXTENSION = {
  LEGACY_CONSOLE_PUTCHAR: 0x01n,
  LEGACY_CONSOLE_GETCHAR: 0x02n,
  LEGACY_SHUTDOWN: 0x08n,
  BASE: 0x10n,
  TIME: 0x54494d45n,
  IPI: 0x735049n,
  RFENCE: 0x52464e43n,
  HSM: 0x48534dn,
  SRST: 0x53525354n,
  DBCN: 0x4442434en,
} as const;

/** Section 10.1. */
export const SBI_RESET_TYPE = { SHUTDOWN: 0, COLD_REBOOT: 1, WARM_REBOOT: 2 } as const;
export const SBI_RESET_REASON = { NONE: 0, SYSTEM_FAILURE: 1 } as const;

/** What the machine does for the SBI. Sets of harts are bit masks: bit n is hart n. */
export interface SbiHost {
  readonly hartCount: number;
  readonly hsm: HsmStates;
  readonly ram: GuestRam;
  /** The CSRs of these names, which S-mode cannot read. */
  readonly identity: Readonly<Record<'mvendorid' | 'marchid' | 'mimpid', bigint>>;
  /** The next timer interrupt of `hart` comes when `time` reaches `ticks`; one that is pending now is cleared. */
  setTimer(hart: number, ticks: bigint): void;
  /** Makes SSIP pending. The caller may be among the harts. */
  sendIpi(harts: number): void;
  /**
   * `fences` are bits of FENCE. Returns when every hart of the set has done it or will do it before its next instruction.
   * The caller may be among the harts.
   */
  remoteFence(harts: number, fences: number): void;
  /**
   * Starts a hart that this call found STOPPED and made START_PENDING: S-mode, without translation or interrupts, pc =
   * `address`, a0 = its number, a1 = `opaque`. The hart may begin only upon this call, not upon its state: that
   * changes before the address is there.
   */
  startHart(hart: number, address: bigint, opaque: bigint): void;
  /** Ends or restarts the machine; `type` and `reason` are values of SBI_RESET_TYPE and SBI_RESET_REASON. */
  reset(type: number, reason: number): void;
  /** Takes as many bytes as there is room for, without waiting, and returns the count. The view does not outlive the call. */
  consoleWrite(bytes: Uint8Array): number;
  /** Waits for room, or drops the byte where there is no console. */
  consoleWriteByte(byte: number): void;
  /** Up to `max` bytes that are there already; none if there are none. */
  consoleRead(max: number): Uint8Array;
}

/** What the calling hart does next. Numbers may be negative: registers take them modulo 2^64. */
export type SbiResult =
  /** Go on behind the ecall with a0 = error and a1 = value. */
  | { readonly kind: 'return'; readonly error: bigint; readonly value: bigint }
  /** Go on with a0 = value and all else unchanged. */
  | { readonly kind: 'legacy'; readonly value: bigint }
  /** HSM: it is STOP_PENDING. Do no more until started again. */
  | { readonly kind: 'stop' }
  /** HSM: it is SUSPEND_PENDING. Wait as in WFI, then go on with a0 = a1 = 0. */
  | { readonly kind: 'suspend' }
  /** The machine ends or restarts. Do no more. */
  | { readonly kind: 'reset' };

type Arguments = readonly [bigint, bigint, bigint, bigint, bigint, bigint];
type SbiFunction = (host: SbiHost, hart: number, a: Arguments) => SbiResult;

const MASK32 = 0xffff_ffffn;
const ALL_HARTS = 0xffff_ffff_ffff_ffffn;
/** Section 4.1: major version in bits 24 to 30, minor below. */
const SPECIFICATION_VERSION = 2n << 24n;
/** Not among the registered ones (section 4.8, table 4): "Inn". */
const IMPLEMENTATION_ID = 0x496e6en;
const IMPLEMENTATION_VERSION = 1n;
/** Section 9.4, table 3. */
const SUSPEND_TYPE = { defaultRetentive: 0n, defaultNonRetentive: 0x8000_0000n } as const;
/** Bytes that one call moves at most. Callers repeat the rest, and no call holds a hart for long. */
export const CONSOLE_CHUNK = 4096;

/** Carries out an environment call of `hart` from S-mode. `args` are a0 to a5, unsigned; so are a7 and a6. */
export function callSbi(host: SbiHost, hart: number, a7: bigint, a6: bigint, args: Arguments): SbiResult {
  const legacy = LEGACY.get(a7);
  if (legacy) return legacy(host, hart, args);
  const handler = a6 < 64n ? EXTENSIONS.get(a7)?.[Number(a6)] : undefined;
  return handler ? handler(host, hart, args) : failure(SBI_ERROR.NOT_SUPPORTED);
}

const base: readonly SbiFunction[] = [
  () => success(SPECIFICATION_VERSION),
  () => success(IMPLEMENTATION_ID),
  () => success(IMPLEMENTATION_VERSION),
  (_host, _hart, [extension]) => success(EXTENSIONS.has(extension) || LEGACY.has(extension) ? 1n : 0n),
  (host) => success(host.identity.mvendorid),
  (host) => success(host.identity.marchid),
  (host) => success(host.identity.mimpid),
];

const time: readonly SbiFunction[] = [
  (host, hart, [ticks]) => {
    host.setTimer(hart, ticks);
    return success();
  },
];

const ipi: readonly SbiFunction[] = [
  (host, _hart, [mask, maskBase]) => {
    const harts = hartsOf(host, mask, maskBase);
    if (harts === null) return failure(SBI_ERROR.INVALID_PARAM);
    host.sendIpi(harts);
    return success();
  },
];

/** Addresses and address spaces are not looked at: every fence is of everything. The functions for hypervisors are absent. */
const rfence: readonly SbiFunction[] = [
  remoteFence(FENCE.instruction),
  remoteFence(FENCE.translation),
  remoteFence(FENCE.translation),
];

function remoteFence(fences: number): SbiFunction {
  return (host, _hart, [mask, maskBase]) => {
    const harts = hartsOf(host, mask, maskBase);
    if (harts === null) return failure(SBI_ERROR.INVALID_PARAM);
    host.remoteFence(harts, fences);
    return success();
  };
}

const hsm: readonly SbiFunction[] = [
  /** hart_start(hartid, start_addr, opaque). */
  (host, _hart, [target, address, opaque]) => {
    if (target >= BigInt(host.hartCount)) return failure(SBI_ERROR.INVALID_PARAM);
    if (address % 2n !== 0n || !host.ram.span(Number(address), 2, 'read')) return failure(SBI_ERROR.INVALID_ADDRESS);
    if (!moveHart(host.hsm, Number(target), 'start')) return failure(SBI_ERROR.ALREADY_AVAILABLE);
    host.startHart(Number(target), address, opaque);
    return success();
  },
  /** hart_stop(): of the caller itself. */
  (host, hart) => (moveHart(host.hsm, hart, 'stop') ? { kind: 'stop' } : failure(SBI_ERROR.FAILED)),
  /** hart_get_status(hartid). */
  (host, _hart, [target]) => {
    if (target >= BigInt(host.hartCount)) return failure(SBI_ERROR.INVALID_PARAM);
    return success(BigInt(host.hsm.get(Number(target))));
  },
  /** hart_suspend(suspend_type, resume_addr, opaque); the last two matter only where registers are lost. */
  (host, hart, [type]) => {
    switch (type & MASK32) {
      case SUSPEND_TYPE.defaultRetentive:
        return moveHart(host.hsm, hart, 'suspend') ? { kind: 'suspend' } : failure(SBI_ERROR.FAILED);
      case SUSPEND_TYPE.defaultNonRetentive:
        return failure(SBI_ERROR.NOT_SUPPORTED);
      default:
        return failure(SBI_ERROR.INVALID_PARAM);
    }
  },
];

const srst: readonly SbiFunction[] = [
  /** system_reset(reset_type, reset_reason), both of 32 bits. */
  (host, _hart, a) => {
    const [type, reason] = [Number(a[0] & MASK32), Number(a[1] & MASK32)];
    const known = type <= SBI_RESET_TYPE.WARM_REBOOT && reason <= SBI_RESET_REASON.SYSTEM_FAILURE;
    if (!known) return failure(SBI_ERROR.INVALID_PARAM);
    host.reset(type, reason);
    return { kind: 'reset' };
  },
];

const dbcn: readonly SbiFunction[] = [
  /** console_write(num_bytes, base_addr_lo, base_addr_hi). */
  (host, _hart, [count, low, high]) => {
    const bytes = high === 0n ? host.ram.span(Number(low), Number(count), 'read') : null;
    if (!bytes) return failure(SBI_ERROR.INVALID_PARAM);
    return success(BigInt(host.consoleWrite(bytes.subarray(0, CONSOLE_CHUNK))));
  },
  /** console_read(num_bytes, base_addr_lo, base_addr_hi). */
  (host, _hart, [count, low, high]) => {
    if (high !== 0n || !host.ram.span(Number(low), Number(count), 'read')) return failure(SBI_ERROR.INVALID_PARAM);
    const bytes = host.consoleRead(Math.min(Number(count), CONSOLE_CHUNK));
    // Only now, and only for what there is: it marks the pages as written.
    if (bytes.length > 0) host.ram.span(Number(low), bytes.length, 'write')?.set(bytes);
    return success(BigInt(bytes.length));
  },
  /** console_write_byte(byte). */
  (host, _hart, [byte]) => {
    host.consoleWriteByte(Number(byte & 0xffn));
    return success();
  },
];

/** One row per extension; a function's number is its place. `probe_extension` finds what is here. */
const EXTENSIONS: ReadonlyMap<bigint, readonly SbiFunction[]> = new Map([
  [SBI_EXTENSION.BASE, base],
  [SBI_EXTENSION.TIME, time],
  [SBI_EXTENSION.IPI, ipi],
  [SBI_EXTENSION.RFENCE, rfence],
  [SBI_EXTENSION.HSM, hsm],
  [SBI_EXTENSION.SRST, srst],
  [SBI_EXTENSION.DBCN, dbcn],
]);

/** Chapter 5: one function each, whatever a6 holds. Those that TIME, IPI and RFENCE replace are absent. */
const LEGACY: ReadonlyMap<bigint, SbiFunction> = new Map<bigint, SbiFunction>([
  [
    SBI_EXTENSION.LEGACY_CONSOLE_PUTCHAR,
    (host, _hart, [byte]) => {
      host.consoleWriteByte(Number(byte & 0xffn));
      return { kind: 'legacy', value: 0n };
    },
  ],
  [SBI_EXTENSION.LEGACY_CONSOLE_GETCHAR, (host) => ({ kind: 'legacy', value: BigInt(host.consoleRead(1)[0] ?? -1) })],
  [
    SBI_EXTENSION.LEGACY_SHUTDOWN,
    (host) => {
      host.reset(SBI_RESET_TYPE.SHUTDOWN, SBI_RESET_REASON.NONE);
      return { kind: 'reset' };
    },
  ],
]);

/**
 * The harts that a hart_mask and hart_mask_base name (section 3.1): bit n of the mask is hart base + n; a base of -1 is
 * all harts, whatever the mask. Null if one of them does not exist.
 */
function hartsOf(host: SbiHost, mask: bigint, maskBase: bigint): number | null {
  const all = (1 << host.hartCount) - 1;
  if (maskBase === ALL_HARTS) return all;
  if (mask === 0n) return 0;
  if (maskBase >= BigInt(host.hartCount)) return null;
  const harts = mask << maskBase;
  return harts <= BigInt(all) ? Number(harts) : null;
}

function success(value = 0n): SbiResult {
  return { kind: 'return', error: SBI_ERROR.SUCCESS, value };
}

function failure(error: bigint): SbiResult {
  return { kind: 'return', error, value: 0n };
}
