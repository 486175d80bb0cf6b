import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { openGuestRam } from '../memory/guest-ram.ts';
import { FENCE, layoutOf, PAGE_SIZE, RAM_GPA } from '../memory/layout.ts';
import { PAGE_STATE } from '../memory/page-state.ts';
import { HSM_STATE, HSM_TRANSITIONS, type HsmEvent, type HsmState, moveHart } from './hsm.ts';
import { CONSOLE_CHUNK, callSbi, SBI_ERROR, SBI_EXTENSION, type SbiHost, type SbiResult } from './sbi.ts';

const HARTS = 4;
const RAM_SIZE = 0x1_0000;
const layout = layoutOf(1, RAM_SIZE);
const memory = { buffer: new SharedArrayBuffer(layout.ramBase + RAM_SIZE) };
const ram = openGuestRam(memory, layout);
const GPA = BigInt(RAM_GPA);
const ALL = (1n << 64n) - 1n;
const E = SBI_EXTENSION;

let states: HsmState[];
let log: unknown[][];
let input: number[];
let room: number;
let host: SbiHost;

beforeEach(() => {
  states = Array.from({ length: HARTS }, (_, hart) => (hart === 0 ? HSM_STATE.STARTED : HSM_STATE.STOPPED));
  log = [];
  input = [];
  room = Number.POSITIVE_INFINITY;
  new Uint8Array(memory.buffer).fill(0);
  host = {
    hartCount: HARTS,
    ram,
    identity: { mvendorid: 11n, marchid: 12n, mimpid: 13n },
    hsm: {
      get: (hart) => states[hart] as HsmState,
      compareExchange(hart, expected, next) {
        if (states[hart] !== expected) return false;
        states[hart] = next;
        return true;
      },
    },
    setTimer: (...args) => log.push(['setTimer', ...args]),
    sendIpi: (...args) => log.push(['sendIpi', ...args]),
    remoteFence: (...args) => log.push(['remoteFence', ...args]),
    startHart: (...args) => log.push(['startHart', ...args]),
    reset: (...args) => log.push(['reset', ...args]),
    consoleWrite(bytes) {
      const taken = Math.min(bytes.length, room);
      log.push(['consoleWrite', Buffer.from(bytes.slice(0, taken)).toString('latin1')]);
      return taken;
    },
    consoleWriteByte: (...args) => log.push(['consoleWriteByte', ...args]),
    consoleRead: (max) => Uint8Array.from(input.splice(0, max)),
  };
});

function call(extension: bigint, fid: number | bigint, ...args: bigint[]): SbiResult {
  const [a0 = 0n, a1 = 0n, a2 = 0n] = args;
  return callSbi(host, 0, extension, BigInt(fid), [a0, a1, a2, 0n, 0n, 0n]);
}

const ok = (value = 0n) => ({ kind: 'return', error: SBI_ERROR.SUCCESS, value });
const error = (name: keyof typeof SBI_ERROR) => ({ kind: 'return', error: SBI_ERROR[name], value: 0n });

describe('BASE', () => {
  test('version 2.0, and the machine identity', () => {
    expect(call(E.BASE, 0)).toEqual(ok(0x0200_0000n));
    expect(call(E.BASE, 1)).toEqual(ok(0x496e6en));
    expect([4, 5, 6].map((fid) => call(E.BASE, fid))).toEqual([ok(11n), ok(12n), ok(13n)]);
  });

  test('probe_extension finds what is offered and nothing else', () => {
    for (const id of Object.values(SBI_EXTENSION)) expect(call(E.BASE, 3, id)).toEqual(ok(1n));
    const SUSP = 0x53555350n;
    const PMU = 0x504d55n;
    for (const id of [SUSP, PMU, 0n, 4n, ALL]) expect(call(E.BASE, 3, id)).toEqual(ok(0n));
  });
});

test('what is not there is not supported', () => {
  expect(call(E.BASE, 7)).toEqual(error('NOT_SUPPORTED'));
  expect(call(0x53555350n, 0)).toEqual(error('NOT_SUPPORTED'));
  expect(call(E.TIME, ALL)).toEqual(error('NOT_SUPPORTED'));
  expect(call(0n, 0)).toEqual(error('NOT_SUPPORTED'));
  expect(log).toEqual([]);
});

test('TIME sets the timer of the calling hart', () => {
  expect(callSbi(host, 2, E.TIME, 0n, [ALL, 0n, 0n, 0n, 0n, 0n])).toEqual(ok());
  expect(log).toEqual([['setTimer', 2, ALL]]);
});

describe('hart masks', () => {
  test.each([
    [0b1010n, 0n, 0b1010],
    [0b11n, 2n, 0b1100],
    [1n, 3n, 0b1000],
    [0n, ALL, 0b1111],
    [0b1_0000n, ALL, 0b1111],
    [0n, 0n, 0],
    [0n, 99n, 0],
  ])('mask %s from %s', (mask, base, harts) => {
    expect(call(E.IPI, 0, mask, base)).toEqual(ok());
    expect(log).toEqual([['sendIpi', harts]]);
  });

  test.each([
    [0b1_0000n, 0n],
    [0b11n, 3n],
    [1n, 4n],
    [1n, 1n << 40n],
    [1n << 63n, 1n],
    [ALL, 0n],
  ])('mask %s from %s names a hart that is not there', (mask, base) => {
    expect(call(E.IPI, 0, mask, base)).toEqual(error('INVALID_PARAM'));
    expect(call(E.RFENCE, 0, mask, base)).toEqual(error('INVALID_PARAM'));
    expect(log).toEqual([]);
  });
});

test('RFENCE: instructions, translations, and nothing for hypervisors', () => {
  expect([0, 1, 2].map((fid) => call(E.RFENCE, fid, 0b10n, 0n))).toEqual([ok(), ok(), ok()]);
  expect(log).toEqual([
    ['remoteFence', 2, FENCE.instruction],
    ['remoteFence', 2, FENCE.translation],
    ['remoteFence', 2, FENCE.translation],
  ]);
  for (const fid of [3, 4, 5, 6]) expect(call(E.RFENCE, fid, 0b10n, 0n)).toEqual(error('NOT_SUPPORTED'));
});

describe('HSM', () => {
  test('a stopped hart is started once', () => {
    expect(call(E.HSM, 0, 2n, GPA + 0x200n, ALL)).toEqual(ok());
    expect(log).toEqual([['startHart', 2, GPA + 0x200n, ALL]]);
    expect(call(E.HSM, 2, 2n)).toEqual(ok(BigInt(HSM_STATE.START_PENDING)));
    expect(call(E.HSM, 0, 2n, GPA, 0n)).toEqual(error('ALREADY_AVAILABLE'));
    expect(call(E.HSM, 0, 0n, GPA, 0n)).toEqual(error('ALREADY_AVAILABLE'));
    expect(log).toHaveLength(1);
  });

  test('a start needs a hart and an address to be', () => {
    expect(call(E.HSM, 0, BigInt(HARTS), GPA, 0n)).toEqual(error('INVALID_PARAM'));
    expect(call(E.HSM, 0, ALL, GPA, 0n)).toEqual(error('INVALID_PARAM'));
    for (const address of [0n, GPA - 2n, GPA + 1n, GPA + BigInt(RAM_SIZE), ALL - 1n]) {
      expect(call(E.HSM, 0, 1n, address, 0n)).toEqual(error('INVALID_ADDRESS'));
    }
    expect(states[1]).toBe(HSM_STATE.STOPPED);
  });

  test('status', () => {
    expect(call(E.HSM, 2, 0n)).toEqual(ok(0n));
    expect(call(E.HSM, 2, 3n)).toEqual(ok(1n));
    expect(call(E.HSM, 2, BigInt(HARTS))).toEqual(error('INVALID_PARAM'));
  });

  test('a hart stops itself, and can be started when its loop has seen to that', () => {
    expect(call(E.HSM, 1)).toEqual({ kind: 'stop' });
    expect(states[0]).toBe(HSM_STATE.STOP_PENDING);
    expect(call(E.HSM, 1)).toEqual(error('FAILED'));
    expect(moveHart(host.hsm, 0, 'stopped')).toBe(true);
    expect(callSbi(host, 1, E.HSM, 0n, [0n, GPA, 0n, 0n, 0n, 0n])).toEqual(ok());
  });

  test('suspend keeps registers or is not offered', () => {
    expect(call(E.HSM, 3, 0x8000_0000n)).toEqual(error('NOT_SUPPORTED'));
    for (const type of [1n, 0x1000_0000n, 0x8000_0001n, 0xffff_ffffn]) {
      expect(call(E.HSM, 3, type)).toEqual(error('INVALID_PARAM'));
    }
    // suspend_type has 32 bits: what is above them does not count.
    expect(call(E.HSM, 3, 1n << 32n)).toEqual({ kind: 'suspend' });
    expect(states[0]).toBe(HSM_STATE.SUSPEND_PENDING);
  });

  test('each event leads from one state only, and every state can be left and reached', () => {
    const events = Object.keys(HSM_TRANSITIONS) as HsmEvent[];
    for (const event of events) {
      for (const state of Object.values(HSM_STATE)) {
        states[1] = state;
        const { from, to } = HSM_TRANSITIONS[event];
        expect(moveHart(host.hsm, 1, event)).toBe(state === from);
        expect(states[1]).toBe(state === from ? to : state);
      }
    }
    const all = Object.values(HSM_STATE).toSorted();
    expect([...new Set(events.map((event) => HSM_TRANSITIONS[event].from))].toSorted()).toEqual(all);
    expect([...new Set(events.map((event) => HSM_TRANSITIONS[event].to))].toSorted()).toEqual(all);
  });
});

describe('SRST', () => {
  test.each([
    [0n, 0n],
    [1n, 1n],
    [2n, 0n],
  ])('type %s, reason %s', (type, reason) => {
    expect(call(E.SRST, 0, type, reason)).toEqual({ kind: 'reset' });
    expect(log).toEqual([['reset', Number(type), Number(reason)]]);
  });

  test('what is reserved or of no platform we know', () => {
    expect(call(E.SRST, 0, 3n, 0n)).toEqual(error('INVALID_PARAM'));
    expect(call(E.SRST, 0, 0xf000_0000n, 0n)).toEqual(error('INVALID_PARAM'));
    expect(call(E.SRST, 0, 0n, 2n)).toEqual(error('INVALID_PARAM'));
    expect(log).toEqual([]);
  });
});

describe('DBCN', () => {
  const put = (offset: number, text: string) =>
    ram.span(RAM_GPA + offset, text.length, 'write')?.set(Buffer.from(text));

  test('writes what there is room for', () => {
    put(100, 'hello');
    expect(call(E.DBCN, 0, 5n, GPA + 100n, 0n)).toEqual(ok(5n));
    room = 2;
    expect(call(E.DBCN, 0, 5n, GPA + 100n, 0n)).toEqual(ok(2n));
    room = 0;
    expect(call(E.DBCN, 0, 5n, GPA + 100n, 0n)).toEqual(ok(0n));
    expect(log.map((entry) => entry[1])).toEqual(['hello', 'he', '']);
  });

  test('a call moves a bounded number of bytes', () => {
    expect(call(E.DBCN, 0, BigInt(RAM_SIZE), GPA, 0n)).toEqual(ok(BigInt(CONSOLE_CHUNK)));
    input = new Array(RAM_SIZE).fill(65);
    expect(call(E.DBCN, 1, BigInt(RAM_SIZE), GPA, 0n)).toEqual(ok(BigInt(CONSOLE_CHUNK)));
  });

  test.each([
    ['before RAM', 1n, GPA - 1n, 0n],
    ['across the end of RAM', 2n, GPA + BigInt(RAM_SIZE) - 1n, 0n],
    ['longer than RAM', ALL, GPA, 0n],
    ['beyond 64 bits', 1n, GPA, 1n],
  ])('memory %s', (_, count, low, high) => {
    expect(call(E.DBCN, 0, count, low, high)).toEqual(error('INVALID_PARAM'));
    input = [65];
    expect(call(E.DBCN, 1, count, low, high)).toEqual(error('INVALID_PARAM'));
    expect(input).toEqual([65]);
    expect(log).toEqual([]);
  });

  test('reads what is there, and marks only the pages that it wrote', () => {
    expect(call(E.DBCN, 1, 4n, GPA, 0n)).toEqual(ok(0n));
    const pages = () => [...new Uint8Array(memory.buffer, layout.pageState, RAM_SIZE / PAGE_SIZE)];
    expect(pages().every((state) => (state & PAGE_STATE.dirty) === 0)).toBe(true);
    input = [104, 105];
    expect(call(E.DBCN, 1, BigInt(2 * PAGE_SIZE), GPA + BigInt(PAGE_SIZE), 0n)).toEqual(ok(2n));
    expect([...(ram.span(RAM_GPA + PAGE_SIZE, 3, 'read') ?? [])]).toEqual([104, 105, 0]);
    expect(
      pages()
        .slice(0, 3)
        .map((state) => state & PAGE_STATE.dirty),
    ).toEqual([0, PAGE_STATE.dirty, 0]);
  });

  test('one byte', () => {
    expect(call(E.DBCN, 2, 0x1_0041n)).toEqual(ok());
    expect(log).toEqual([['consoleWriteByte', 0x41]]);
  });
});

describe('legacy', () => {
  test('putchar and getchar answer in a0 alone, whatever a6 holds', () => {
    expect(call(E.LEGACY_CONSOLE_PUTCHAR, ALL, 0x41n)).toEqual({ kind: 'legacy', value: 0n });
    expect(log).toEqual([['consoleWriteByte', 0x41]]);
    input = [200];
    expect(call(E.LEGACY_CONSOLE_GETCHAR, 5)).toEqual({ kind: 'legacy', value: 200n });
    expect(call(E.LEGACY_CONSOLE_GETCHAR, 5)).toEqual({ kind: 'legacy', value: -1n });
  });

  test('shutdown', () => {
    expect(call(E.LEGACY_SHUTDOWN, 0)).toEqual({ kind: 'reset' });
    expect(log).toEqual([['reset', 0, 0]]);
  });
});

test('no arguments make it throw or answer what the specification does not know', () => {
  const word = fc.oneof(fc.bigInt({ min: 0n, max: ALL }), fc.bigInt({ min: 0n, max: 8n }), fc.constantFrom(ALL, GPA));
  const extension = fc.oneof(fc.constantFrom(...Object.values(SBI_EXTENSION)), word);
  fc.assert(
    fc.property(extension, word, fc.tuple(word, word, word, word, word, word), (a7, a6, args) => {
      const result = callSbi(host, 0, a7, a6, args);
      if (result.kind === 'return') expect(Object.values(SBI_ERROR)).toContain(result.error);
      states[0] = HSM_STATE.STARTED;
    }),
    { numRuns: 3000 },
  );
});
