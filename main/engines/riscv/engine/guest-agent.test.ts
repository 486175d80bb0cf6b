import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GuestAgent } from './guest-agent.ts';

/** An agent in the guest: answers each command with bytes, or keeps silent. */
type Guest = (command: { execute: string; arguments?: Record<string, unknown> }, line: string) => string | undefined;

const sync = (id: unknown) => `\xff{"return": ${String(id)}}\n`;
/** Keeps to the protocol; `others` answers what is no sync. */
const proper =
  (others: Guest): Guest =>
  (command, line) =>
    command.execute === 'guest-sync-delimited' ? sync(command.arguments?.id) : others(command, line);

class Bench {
  readonly agent: GuestAgent;
  readonly asked: string[] = [];
  room = true;
  lines: string[] = [];

  constructor(guest: Guest) {
    this.agent = new GuestAgent({
      room: () => this.room,
      send: (bytes) => {
        const line = Buffer.from(bytes).toString('latin1').replace('\xff', '');
        this.lines.push(line);
        const command = JSON.parse(line) as { execute: string; arguments?: Record<string, unknown> };
        this.asked.push(command.execute);
        const said = guest(command, line);
        if (said !== undefined) setTimeout(() => this.say(said), 1);
      },
    });
    this.agent.setOpen(true);
  }

  say(text: string): void {
    this.agent.receive(Buffer.from(text, 'latin1'));
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_250, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a promise gives, while time passes as fast as can be. */
async function settle<T>(promise: Promise<T>): Promise<T> {
  let done = false;
  void promise.finally(() => {
    done = true;
  });
  while (!done) await vi.advanceTimersByTimeAsync(10);
  return promise;
}

describe('ask', () => {
  test('gives what the guest answers, after a sync', async () => {
    const b = new Bench(proper(() => '{"return": {"version": "9"}}\n'));
    expect(await settle(b.agent.ask({ execute: 'guest-info' }))).toEqual({ kind: 'returned', value: { version: '9' } });
    expect(b.asked).toEqual(['guest-sync-delimited', 'guest-info']);
  });

  test('gives what the guest refuses with', async () => {
    const b = new Bench(proper(() => '{"error": {"class": "CommandNotFound", "desc": "no such thing"}}\n'));
    expect(await settle(b.agent.ask({ execute: 'guest-fly' }))).toEqual({
      kind: 'refused',
      description: 'no such thing',
    });
  });

  test('where nobody has opened the port, nothing is sent', async () => {
    const b = new Bench(proper(() => undefined));
    b.agent.setOpen(false);
    expect(await b.agent.ask({ execute: 'guest-ping' })).toEqual({ kind: 'silent' });
    b.agent.setOpen(true);
    b.room = false;
    expect(await b.agent.ask({ execute: 'guest-ping' })).toEqual({ kind: 'silent' });
    expect(b.asked).toEqual([]);
  });

  test('who opened the port and says nothing is waited for 2 s', async () => {
    const b = new Bench(() => undefined);
    const before = Date.now();
    expect(await settle(b.agent.ask({ execute: 'guest-ping' }))).toEqual({ kind: 'silent' });
    expect(Date.now() - before).toBe(2000);
    expect(b.asked).toEqual(['guest-sync-delimited']);
  });

  test('a port that is closed meanwhile ends the wait at once, for all who wait', async () => {
    const b = new Bench(proper(() => undefined));
    const asked = [b.agent.ask({ execute: 'guest-ping' }), b.agent.ask({ execute: 'guest-ping' })];
    await vi.advanceTimersByTimeAsync(50);
    b.agent.setOpen(false);
    const before = Date.now();
    expect(await settle(Promise.all(asked))).toEqual([{ kind: 'silent' }, { kind: 'silent' }]);
    expect(Date.now() - before).toBeLessThanOrEqual(10);
    expect(b.asked).toEqual(['guest-sync-delimited', 'guest-ping']);
  });

  test('several at once go one after the other', async () => {
    const b = new Bench(proper(({ arguments: values }) => `{"return": ${String(values?.n)}}\n`));
    const asked = [1, 2, 3].map((n) => b.agent.ask({ execute: 'guest-echo', arguments: { n } }));
    expect(await settle(Promise.all(asked))).toEqual([1, 2, 3].map((value) => ({ kind: 'returned', value })));
    expect(b.asked).toEqual(Array.from({ length: 3 }, () => ['guest-sync-delimited', 'guest-echo']).flat());
  });

  test('late answers to what was asked before are not taken for the answer', async () => {
    const b = new Bench((command, line) =>
      command.execute === 'guest-sync-delimited'
        ? `{"return": "late"}\n{"error": {}}\n{"return": 7}\n{"retu${sync(command.arguments?.id)}`
        : proper(() => '{"return": "mine"}\n')(command, line),
    );
    expect(await settle(b.agent.ask({ execute: 'guest-ping' }))).toEqual({ kind: 'returned', value: 'mine' });
  });

  test.each([
    ['an endless line', `${'x'.repeat(200_000)}\n`],
    ['no JSON', 'hello\n{"return"\n[]\nnull\n3\n{}\n'],
    ['bytes that are no text', '\x80\x00\xfe\n'],
  ])('%s before the answer is ignored', async (_, garbage) => {
    const b = new Bench(proper(() => `${garbage}{"return": {}}\n`));
    expect(await settle(b.agent.ask({ execute: 'guest-ping' }))).toEqual({ kind: 'returned', value: {} });
  });

  test('whatever a guest sends, in whatever pieces, the next exchange works', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (pieces) => {
        const b = new Bench(proper(() => '{"return": {}}\n'));
        for (const piece of pieces) b.agent.receive(piece);
        expect(await settle(b.agent.ask({ execute: 'guest-ping' }))).toEqual({ kind: 'returned', value: {} });
      }),
      { numRuns: 50 },
    );
  });
});

describe('shutDown', () => {
  test('is true once an agent that listens was asked, for it does not answer that', async () => {
    const b = new Bench(proper(() => undefined));
    expect(await settle(b.agent.shutDown())).toBe(true);
    expect(b.lines[1]).toBe('{"execute":"guest-shutdown","arguments":{"mode":"powerdown"}}\n');
  });

  test('is true where the guest is gone before it could answer', async () => {
    const b = new Bench(
      proper(() => {
        setTimeout(() => b.agent.setOpen(false), 5);
        return undefined;
      }),
    );
    expect(await settle(b.agent.shutDown())).toBe(true);
  });

  test('is false where nobody listens, or the guest refuses', async () => {
    const silent = new Bench(() => undefined);
    expect(await settle(silent.agent.shutDown())).toBe(false);
    expect(silent.asked).not.toContain('guest-shutdown');
    const refusing = new Bench(proper(() => '{"error": {"class": "GenericError", "desc": "disabled"}}\n'));
    expect(await settle(refusing.agent.shutDown())).toBe(false);
  });
});

describe('setClock', () => {
  test('tells the time at a whole second, to the nanosecond', async () => {
    const b = new Bench(proper(() => '{"return": {}}\n'));
    expect(await settle(b.agent.setClock())).toBe(true);
    expect(b.lines[1]).toBe('{"execute":"guest-set-time","arguments":{"time":1800000001000000000}}\n');
  });

  test('is false where nobody listens, or the guest refuses', async () => {
    expect(await settle(new Bench(() => undefined).agent.setClock())).toBe(false);
    expect(await settle(new Bench(proper(() => '{"error": {}}\n')).agent.setClock())).toBe(false);
  });
});
