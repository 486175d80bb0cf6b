import { describe, expect, test } from 'vitest';
import { ControlDriver, DeviceBench, input, Terminal } from '../../../../tests/fixtures/device-bench.ts';
import { type Channel, channelsOf } from '../machine/channels.ts';
import { MEMORY_MAP } from '../machine/memory-map.ts';
import { MESSAGE_COST, OUTPUT_LIMIT } from './messages.ts';

const { uart: UART } = MEMORY_MAP;
/** Registers of the UART: data, FIFO control and line status, with its bit for data. */
const [THR, FCR, LSR, DATA_READY] = [0, 2, 5, 1];

let b: DeviceBench;

describe('several consoles', () => {
  const THREE = channelsOf({ terminals: 2, agent: true });

  test('what one says goes nowhere else; one whose output nobody takes does not hold up another', () => {
    b = new DeviceBench({ channels: THREE });
    const flood = 'x'.repeat(2 * OUTPUT_LIMIT);
    b.run(function* () {
      const terminals = [new Terminal(b, 0), new Terminal(b, 1)] as const;
      for (const terminal of terminals) yield* terminal.open();
      yield* terminals[1].print(flood);
      // All that may be on its way is; the driver waits for the rest
      expect(b.mailboxes.inFlight('hvc1')).toBeGreaterThanOrEqual(OUTPUT_LIMIT);
      expect(terminals[1].unsent).toBeGreaterThan(0);
      yield* terminals[0].print('here');
      yield* b.write(UART.base + THR, 0x21, 1);
      expect(terminals[0].unsent).toBe(0);
      expect([outputOf('hvc0'), outputOf('ttyS0')]).toEqual(['here', '!']);
      // The host takes everything, now and again
      for (let round = 0; terminals[1].unsent > 0; round++) {
        expect(round).toBeLessThan(100);
        b.mailboxes.addInFlight('hvc1', -b.mailboxes.inFlight('hvc1'));
        yield;
      }
    });
    expect(outputOf('hvc1')).toBe(flood);
    expect(outputOf('hvc0')).toBe('here');
  });

  test('input that one does not take does not hold up another’s', () => {
    b = new DeviceBench({ channels: THREE });
    let got = '';
    b.run(function* () {
      yield* b.write(UART.base + FCR, 1, 1);
      // Nobody in the guest reads hvc0 or the agent's port
      yield input('x'.repeat(100_000), 'hvc0');
      yield input('x'.repeat(100_000), 'org.qemu.guest_agent.0');
      yield input('echo', 'ttyS0');
      yield;
      while ((((yield* b.ask('read', UART.base + LSR, 1)) ?? 0) & DATA_READY) !== 0) {
        got += String.fromCharCode((yield* b.ask('read', UART.base + THR, 1)) ?? 0);
      }
    });
    expect(got).toBe('echo');
  });

  test('an agent’s port that is opened and closed all the time is no flood of news', () => {
    b = new DeviceBench({ channels: THREE });
    b.run(function* () {
      yield* new Terminal(b, 0).open();
      const driver = new ControlDriver(b);
      yield* driver.open();
      for (let i = 0; i < 1000; i++) yield* driver.setOpen(2, i % 2 === 0);
      const news = () => b.posts.flatMap((post) => (post.kind === 'agent' ? [post.open] : []));
      expect(news()).toEqual(Array.from({ length: OUTPUT_LIMIT / MESSAGE_COST }, (_, i) => i % 2 === 0));
      // Closed, it is told at last
      b.mailboxes.addInFlight('org.qemu.guest_agent.0', -b.mailboxes.inFlight('org.qemu.guest_agent.0'));
      yield* driver.setOpen(2, true);
      expect(news().at(-1)).toBe(true);
      yield* driver.setOpen(2, false);
      expect(news().at(-1)).toBe(false);
    });
  });

  test('input for a console that the machine does not have is dropped', () => {
    b = new DeviceBench();
    b.run(function* () {
      yield input('x', 'hvc3');
      yield { kind: 'resize', channel: 'hvc3', columns: 1, rows: 1 };
      yield;
      expect(yield* b.ask('read', UART.base + LSR, 1)).toBe(0x60);
    });
    expect(b.posts).toEqual([]);
  });

  function outputOf(channel: Channel): string {
    const chunks = b.posts.flatMap((post) => (post.kind === 'output' && post.channel === channel ? [post.bytes] : []));
    return Buffer.concat(chunks).toString('latin1');
  }
});
