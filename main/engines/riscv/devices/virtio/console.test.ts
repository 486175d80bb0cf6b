import { describe, expect, it } from 'vitest';
import { TestWorld } from '../suite.ts';
import { VirtioConsole } from './console.ts';
import {
  describeVirtioDevice,
  EVENT_IDX,
  onTransport,
  TRANSPORTS,
  type TransportName,
  type Used,
  VERSION_1,
} from './suite.ts';

const SIZE = 1n << 0n;
const MULTIPORT = 1n << 1n;
const RX = [0, 4];
const TX = [1, 5];
const CONTROL_RX = 2;
const CONTROL_TX = 3;

const text = (bytes: string) => Uint8Array.from(bytes, (char) => char.charCodeAt(0));
const textOf = (bytes: Iterable<number>) => String.fromCharCode(...bytes);

function make(world: TestWorld) {
  const streamed: number[] = [];
  const events: string[] = [];
  const stream = {
    write: (bytes: Uint8Array) => {
      streamed.push(...bytes);
      return bytes.length;
    },
  };
  const device = new VirtioConsole({
    note: world.note,
    ports: [
      { console: true, sink: world.sink, onRoom: () => events.push('room 0') },
      {
        console: false,
        name: 'org.innkeeper.agent',
        sink: stream,
        onRoom: () => events.push('room 1'),
        onGuestOpen: (open) => events.push(open ? 'open' : 'closed'),
      },
    ],
  });
  const [terminal, agent] = device.ports;
  if (!terminal || !agent) throw new Error('Two ports were made');
  return { device, terminal, agent, streamed, events };
}

describeVirtioDevice('console', SIZE | MULTIPORT, (world) => {
  const { device, terminal, agent } = make(world);
  const hostChanged = () => {
    terminal.resize(world.host.cols ?? 0, world.host.rows ?? 0);
    agent.setOpen((world.host.closed ?? 0) === 0);
  };
  return {
    device,
    hostChanged,
    actions: {
      type: (n: number) => {
        device.ports[n % 2]?.receive(Uint8Array.from({ length: n % 300 }, (_, i) => n + i));
      },
      block: () => {
        world.room = 0;
      },
      unblock: (n: number) => {
        world.room = n % 100;
        terminal.resume();
      },
      resize: (n: number) => {
        Object.assign(world.host, { cols: n & 0xff, rows: (n >> 8) & 0xff });
        hostChanged();
      },
      openOrClose: (n: number) => {
        world.host.closed = n % 2;
        hostChanged();
      },
    },
  };
});

function setUp(transport: TransportName, features: bigint) {
  const world = new TestWorld();
  const made = make(world);
  const on = onTransport(transport, made.device, world);
  on.driver.bringUp(made.device.queueSizes.length, features);
  return { ...made, world, driver: on.driver, onBus: on.device };
}

function control(id: number, event: number, value: number): Uint8Array {
  return Uint8Array.of(id, 0, 0, 0, event, 0, value, 0);
}

function messages(used: Used[]) {
  return used.map(({ data }) => [data[0], data[4], data[6], textOf(data.subarray(8))]);
}

describe.each(TRANSPORTS)('console on virtio-%s, one port', (transport) => {
  it('sends what the driver offers, and gives the chain back', () => {
    const { driver, world } = setUp(transport, VERSION_1);
    driver.send(TX[0] ?? 0, [text('hel'), text('lo')]);
    expect(textOf(world.sent)).toBe('hello');
    expect(driver.used(TX[0] ?? 0)).toHaveLength(1);
    expect(driver.registers.interrupts()).toBe(1);
  });

  it('keeps a chain while the sink has no room, and goes on where it stopped', () => {
    const { driver, world, terminal } = setUp(transport, VERSION_1);
    world.room = 4;
    driver.send(TX[0] ?? 0, [text('hel'), text('lo ')]);
    driver.send(TX[0] ?? 0, [text('world')]);
    expect(textOf(world.sent)).toBe('hell');
    expect(driver.used(1)).toHaveLength(0);
    expect(world.irqLevel).toBe(false);
    world.room = 5;
    terminal.resume();
    expect(textOf(world.sent)).toBe('hello wor');
    expect(driver.used(1)).toHaveLength(1);
    world.room = 100;
    terminal.resume();
    expect(textOf(world.sent)).toBe('hello world');
    expect(driver.used(1)).toHaveLength(1);
  });

  it('holds input until there are buffers, and says when there is room again', () => {
    const { driver, terminal, events } = setUp(transport, VERSION_1);
    expect(terminal.receive(text('typed'))).toBe(5);
    driver.send(0, [], [3]);
    driver.send(0, [], [8]);
    expect(driver.used(0).map(({ data }) => textOf(data))).toEqual(['typ', 'ed']);
    expect(terminal.receive(new Uint8Array(70_000))).toBe(65_536);
    expect(terminal.receive(new Uint8Array(1))).toBe(0);
    expect(events).toEqual([]);
    driver.send(0, [], [100]);
    expect(events).toEqual(['room 0']);
    expect(terminal.receive(new Uint8Array(200))).toBe(100);
  });

  it('tells a new size by its configuration', () => {
    const { driver, terminal } = setUp(transport, VERSION_1 | SIZE);
    terminal.resize(132, 43);
    expect(driver.registers.interrupts() & 2).toBe(2);
    expect([driver.registers.config(0, 2), driver.registers.config(2, 2), driver.registers.config(4, 4)]).toEqual([
      132, 43, 2,
    ]);
    terminal.resize(132, 43);
    expect(driver.registers.interrupts()).toBe(0);
  });

  it('throws away what is sent to a closed port', () => {
    const { driver, terminal, world } = setUp(transport, VERSION_1);
    world.room = 0;
    driver.send(1, [text('lost')]);
    terminal.setOpen(false);
    expect(driver.used(1)).toHaveLength(1);
    world.room = 100;
    driver.send(1, [text('lost too')]);
    terminal.setOpen(true);
    driver.send(1, [text('seen')]);
    expect(textOf(world.sent)).toBe('seen');
  });

  it('does nothing before DRIVER_OK', () => {
    const world = new TestWorld();
    const { device, terminal } = make(world);
    const { driver } = onTransport(transport, device, world);
    driver.registers.notify(1);
    terminal.receive(text('x'));
    terminal.resume();
    expect(world.irqLevel).toBe(false);
    driver.bringUp(6);
    driver.send(0, [], [1]);
    expect(driver.used(0)).toHaveLength(0);
  });
});

describe.each(TRANSPORTS)('console on virtio-%s, many ports', (transport) => {
  const features = VERSION_1 | SIZE | MULTIPORT | EVENT_IDX;

  function introduced() {
    const all = setUp(transport, features);
    all.terminal.resize(80, 25);
    for (let i = 0; i < 8; i++) all.driver.offer(CONTROL_RX, [], [64]);
    all.driver.send(CONTROL_TX, [control(0, 0, 1)]);
    return all;
  }

  it('introduces its ports', () => {
    const { driver } = introduced();
    expect(messages(driver.used(CONTROL_RX))).toEqual([
      [0, 1, 1, ''],
      [1, 1, 1, ''],
    ]);
    driver.send(CONTROL_TX, [control(0, 3, 1)]);
    expect(messages(driver.used(CONTROL_RX))).toEqual([
      [0, 4, 1, ''],
      [0, 5, 1, 'P\0\x19\0'],
      [0, 6, 1, ''],
    ]);
    driver.send(CONTROL_TX, [control(1, 3, 1)]);
    expect(messages(driver.used(CONTROL_RX))).toEqual([
      [1, 7, 1, 'org.innkeeper.agent'],
      [1, 6, 1, ''],
    ]);
  });

  it('tells the last of many changes once there is a buffer', () => {
    const { driver, terminal, agent } = introduced();
    driver.send(CONTROL_TX, [control(0, 3, 1)]);
    driver.send(CONTROL_TX, [control(1, 3, 1)]);
    driver.used(CONTROL_RX);
    // 7 of the 8 buffers are used.
    terminal.resize(100, 30);
    expect(messages(driver.used(CONTROL_RX))).toEqual([[0, 5, 1, 'd\0\x1e\0']]);
    terminal.resize(101, 31);
    terminal.resize(102, 32);
    agent.setOpen(false);
    agent.setOpen(true);
    agent.setOpen(false);
    expect(driver.used(CONTROL_RX)).toHaveLength(0);
    driver.offer(CONTROL_RX, [], [64]);
    driver.send(CONTROL_RX, [], [64]);
    expect(messages(driver.used(CONTROL_RX))).toEqual([
      [0, 5, 1, 'f\0 \0'],
      [1, 6, 0, ''],
    ]);
  });

  it('delivers to a port that the guest has open, and tells the host which are', () => {
    const { driver, agent, events, streamed } = introduced();
    const [, rx = 0] = RX;
    const [, tx = 0] = TX;
    driver.offer(rx, [], [64]);
    agent.receive(text('hello'));
    expect(driver.used(rx)).toHaveLength(0);
    driver.send(CONTROL_TX, [control(1, 6, 1)]);
    expect(driver.used(rx).map(({ data }) => textOf(data))).toEqual(['hello']);
    driver.send(tx, [text('answer')]);
    expect(textOf(streamed)).toBe('answer');
    driver.send(CONTROL_TX, [control(1, 6, 0)]);
    expect(events).toEqual(['open', 'closed']);
    driver.send(CONTROL_TX, [control(1, 6, 1)]);
    driver.registers.setStatus(0);
    expect(events).toEqual(['open', 'closed', 'open', 'closed']);
  });

  it('notes control messages that make no sense', () => {
    const { driver, world } = introduced();
    driver.send(CONTROL_TX, [Uint8Array.of(1, 2, 3)]);
    driver.send(CONTROL_TX, [control(9, 3, 1)]);
    driver.send(CONTROL_TX, [control(0, 5, 1)]);
    expect(world.notes).toHaveLength(3);
    expect(driver.registers.status() & 0x40).toBe(0);
  });
});

it('sends an emergency byte at any time', () => {
  const world = new TestWorld();
  const { device } = onTransport('mmio', make(world).device, world);
  device.write(0x108, 4, 0x41);
  expect(textOf(world.sent)).toBe('A');
});
