/** The emulator as the host drives it: by the engine interface and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MachineSpec, RunningMachine } from '../../main/engines/engine.ts';
import { riscvEngine } from '../../main/engines/riscv/engine/riscv-engine.ts';
import { ensureGuest, type Guest } from '../../main/guest/index.ts';
import { MiB } from '../../shared/base/units.ts';

const PATIENCE = 120_000;
const PROMPT = /innkeeper:~# /;
const engine = riscvEngine();

const folder = mkdtempSync(join(tmpdir(), 'inn-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A machine, and somebody at its consoles. */
class Session {
  machine!: RunningMachine;
  resets = 0;
  readonly notes: string[] = [];
  /** What each console has said and nobody has waited for. */
  readonly #unread = new Map<string, string>();

  static async start(spec: MachineSpec): Promise<Session> {
    const session = new Session();
    session.machine = await engine.start(spec, {
      onOutput: (console, bytes, taken) => {
        // Of a flood the end is enough
        const text = session.unread(console) + Buffer.from(bytes).toString('latin1');
        session.#unread.set(console, text.slice(-10_000));
        taken();
      },
      onNote: (text) => session.notes.push(text),
      onReset: () => session.resets++,
    });
    return session;
  }

  unread(console: string): string {
    return this.#unread.get(console) ?? '';
  }

  type(console: string, text: string): void {
    this.machine.input(console, Buffer.from(text));
  }

  /** Waits for output of a console, and forgets it and all before. */
  async expect(console: string, pattern: RegExp): Promise<RegExpExecArray> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const text = this.unread(console);
      const match = pattern.exec(text);
      if (match) {
        this.#unread.set(console, text.slice(match.index + match[0].length));
        return match;
      }
      if (performance.now() > end) throw new Error(`${pattern} was waited for on ${console}: ${text.slice(-2000)}`);
      await delay(5);
    }
  }

  /** Runs a command at a prompt; yields its output. */
  async run(console: string, command: string): Promise<string> {
    // The shell shows what is typed: it must not look like the answer
    this.type(console, `echo "<$((0))"; ${command}; echo "$((1))>"\n`);
    const [, output = ''] = await this.expect(console, /<0\r\n(.*)\r\n1>/s);
    await this.expect(console, PROMPT);
    return output.replaceAll('\r', '');
  }
}

let guest: Guest;
beforeAll(async () => {
  guest = await ensureGuest({ kernel: 'small' });
}, PATIENCE);

const running: RunningMachine[] = [];
afterEach(() => Promise.all(running.splice(0).map((machine) => machine.powerOff())));

async function boot(changes: Partial<MachineSpec> = {}): Promise<Session> {
  const session = await Session.start({
    cores: 1,
    memory: 128 * MiB,
    files: { kernel: guest.kernel, initrd: guest.initrd },
    commandLine: 'quiet',
    consoles: 2,
    transport: 'mmio',
    ...changes,
  });
  running.push(session.machine);
  await session.expect('hvc0', PROMPT);
  return session;
}

test('two consoles, each with a shell, a size and a terminal of its own', async () => {
  const session = await boot();
  await session.expect('hvc1', /press Enter/);
  session.machine.resize('hvc1', 111, 33);
  session.machine.resize('hvc0', 90, 30);
  session.type('hvc1', '\n');
  await session.expect('hvc1', PROMPT);
  expect(await session.run('hvc1', 'stty size; echo $TERM')).toBe('33 111\nxterm-256color');
  expect(await session.run('hvc0', 'stty size; echo $TERM')).toBe('30 90\nxterm-256color');
  expect(await session.run('hvc0', 'echo serial >/dev/ttyS0; echo done')).toBe('done');
  await session.expect('ttyS0', /serial\r\n/);

  // One floods; the other answers, and the flood can be ended at its keyboard
  session.type('hvc1', 'yes flood\n');
  await session.expect('hvc1', /(flood\r\n){1000}/);
  for (let i = 0; i < 5; i++) expect(await session.run('hvc0', `echo $((${i} * 7))`)).toBe(String(i * 7));
  await session.expect('hvc1', /(flood\r\n){1000}/);
  session.type('hvc1', '\x03');
  await session.expect('hvc1', PROMPT);
  expect(session.unread('hvc0')).not.toContain('flood');
});

test.each([
  ['mmio', 1],
  ['pci', 4],
] as const)(
  'over %s with %d terminals: time stands still in a pause, the clock is set, the guest shuts itself down',
  async (transport, consoles) => {
    const session = await boot({ transport, consoles });
    const { machine } = session;
    const terminals = await session.run('hvc0', 'grep -c askfirst /etc/inittab');
    expect(Number(terminals)).toBe(consoles - 1);

    const uptime = async () => Number((await session.run('hvc0', 'cat /proc/uptime')).split(' ')[0]);
    const before = await uptime();
    const since = performance.now();
    await machine.pause();
    const executed = machine.statistics().instructions;
    session.type('hvc0', 'echo typed in the pause\n');
    await delay(3000);
    expect(machine.statistics().instructions).toBe(executed);
    machine.resume();
    await session.expect('hvc0', /\ntyped in the pause\r\n/);
    const passed = (performance.now() - since) / 1000;
    expect((await uptime()) - before).toBeLessThan(passed - 2);

    // The guest's clock lags by the pause; and is quite wrong once somebody has set it
    await session.run('hvc0', 'date -s @1000000000');
    expect(await machine.setClock()).toBe(true);
    const now = Number(await session.run('hvc0', 'date +%s'));
    expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(30);

    expect(await machine.shutDown()).toBe(true);
    expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
    expect(session.unread('hvc0')).toContain('The system is going down');
    expect(machine.statistics().cpuMs).toBeGreaterThan(0);
    // There is nobody left to ask
    expect(await machine.shutDown()).toBe(false);
    expect(await machine.setClock()).toBe(false);
  },
);

test('a reset by the owner or the guest starts anew, with the sizes that consoles have; statistics go on', async () => {
  const session = await boot();
  const { machine } = session;
  machine.resize('hvc0', 77, 22);
  const before = machine.statistics();
  await machine.reset();
  // What is closed with the old guest is not asked
  expect(await machine.shutDown()).toBe(false);
  // The old shell may have drawn its prompt anew for the new size
  await session.expect('hvc0', /Welcome/);
  await session.expect('hvc0', PROMPT);
  expect(await session.run('hvc0', 'stty size')).toBe('22 77');
  expect(session.resets).toBe(0);
  expect(machine.statistics().instructions).toBeGreaterThan(before.instructions);
  // A kernel and its initial RAM disk at the least, and not all there is
  const { memory } = machine.statistics();
  expect(memory).toBeGreaterThan(16 * MiB);
  expect(memory).toBeLessThan(128 * MiB);
  session.type('hvc0', 'reboot -f\n');
  await session.expect('hvc0', /Welcome/);
  await session.expect('hvc0', PROMPT);
  expect(session.resets).toBe(1);
  await machine.powerOff();
  expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
  // Too late for everything, and no harm
  session.type('hvc0', 'x');
  machine.resize('hvc0', 1, 1);
  machine.resume();
  await machine.pause();
  await machine.reset();
});

test('a guest without an agent cannot be asked', async () => {
  const session = await Session.start({
    cores: 1,
    memory: 64 * MiB,
    files: { kernel: guest.kernel, initrd: guest.initrd },
    commandLine: 'quiet rdinit=/bin/sh',
    consoles: 1,
    transport: 'mmio',
  });
  running.push(session.machine);
  await session.expect('hvc0', /~ # /);
  expect(await session.machine.shutDown()).toBe(false);
  expect(await session.machine.setClock()).toBe(false);
  // Names that are no console of this machine
  for (const name of ['hvc3', 'nothing', 'org.qemu.guest_agent.0']) {
    session.type(name, 'x');
    session.machine.resize(name, 80, 25);
    expect(session.machine.inputRoom(name)).toBe(true);
  }
});

describe('what cannot be started', () => {
  test.each([
    ['kernel-not-found', { files: { kernel: '/nonexistent/Image' } }],
    ['nothing-to-boot', { files: {} }],
    ['memory-too-small', { memory: 4 * MiB }],
    ['memory-too-large', { memory: engine.maxMemory(8) + MiB, cores: 8 }],
  ] as const)('%s', async (code, changes) => {
    const spec = { cores: 1, memory: 64 * MiB, files: { kernel: guest.kernel }, commandLine: '', consoles: 1 };
    const start = Session.start({ ...spec, transport: 'mmio', ...changes });
    await expect(start).rejects.toMatchObject({ name: 'InnError', code, nextStep: expect.stringMatching(/\w/) });
  });

  test('a kernel of another processor', async () => {
    const file = join(folder, 'bzImage');
    const bytes = Buffer.alloc(4096);
    bytes.write('HdrS', 0x202);
    bytes.writeUInt16LE(0xaa55, 0x1fe);
    writeFileSync(file, bytes);
    const spec = { cores: 1, memory: 64 * MiB, files: { kernel: file }, commandLine: '', consoles: 1 };
    await expect(Session.start({ ...spec, transport: 'mmio' })).rejects.toMatchObject({ name: 'InnError' });
  });
});
