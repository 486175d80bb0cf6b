// Whole machines on their real threads, with programs of a few lines.
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KiB, MiB } from '../../../../shared/base/units.ts';
import {
  type BareMachine,
  type BareOptions,
  compileBare,
  compilerMissing,
  startBare,
} from '../../../../tests/fixtures/bare-program.ts';
import { hartBase, layoutOf, RECORD, RECORDS_PER_PAGE, SLOTS_BASE } from '../memory/layout.ts';
import { Machine, type MachineEnd, type MachineOptions } from './machine.ts';
import { MESSAGE_COST, OUTPUT_LIMIT } from './messages.ts';

const HARTS = 2;
const RAM_SIZE = 8 * MiB;

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(condition: () => boolean, what: string, patience = 15_000): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await delay(2);
  }
}

const OPTIONS: MachineOptions = {
  harts: 1,
  ramSize: RAM_SIZE,
  clock: 'wall',
  loadFiles: () => ({ bios: { file: 'loop', bytes: Uint8Array.of(0x6f, 0, 0, 0) } }),
  bootArguments: '',
  transport: 'mmio',
  console: 'ttyS0',
  onOutput: (_channel, _bytes, taken) => taken(),
};

const machines: Machine[] = [];
afterEach(() => Promise.all(machines.splice(0).map((machine) => machine.powerOff())));

async function startMachine(options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await Machine.start({ ...OPTIONS, ...options });
  machines.push(machine);
  return machine;
}

describe('options that make no machine', () => {
  test.each([
    ['harts-out-of-range', { harts: 0 }],
    ['harts-out-of-range', { harts: 9 }],
    ['harts-out-of-range', { harts: 1.5 }],
    ['harts-out-of-range', { harts: Number.NaN }],
    ['harts-out-of-range', { harts: 2, clock: 'instructions' }],
    ['memory-too-large', { ramSize: 5 * 1024 * MiB }],
    ['memory-too-large', { ramSize: 4096 * MiB - 64 * KiB, harts: 8 }],
    ['nothing-to-boot', { loadFiles: () => ({}) }],
    [
      'initrd-empty',
      { loadFiles: () => ({ ...filesOf(OPTIONS), initrd: { file: 'none', bytes: new Uint8Array(0) } }) },
    ],
  ] as const)('%s: %o', async (code, options) => {
    const error = await startMachine(options as Partial<MachineOptions>).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'InnError', code });
    expect((error as { nextStep: string }).nextStep).not.toBe('');
  });

  test('what loading the files throws is thrown', async () => {
    const loadFiles = () => Promise.reject(new Error('the disk is gone'));
    await expect(startMachine({ loadFiles })).rejects.toThrow('the disk is gone');
  });
});

function filesOf(options: MachineOptions) {
  const files = options.loadFiles();
  if (files instanceof Promise) throw new Error('these come at once');
  return files;
}

describe('programs that lead nowhere can be ended', () => {
  test.each([
    ['spins', [0x6f]],
    // jr x0: the trap handler at 0 is no more there than what was jumped to
    ['jumps into nothing', [0x0000_0067]],
    ['consists of zeros', []],
    // lui x1, 0x80000, which is sign-extended; jr x1
    ['jumps to a negative address', [0x8000_00b7, 0x0000_8067]],
    ['waits for an interrupt that never comes', [0x1050_0073, 0xffdf_f06f]],
  ])('%s', async (_, words) => {
    const bytes = new Uint8Array(new Uint32Array([...words, 0, 0]).buffer);
    const machine = await startMachine({ harts: 2, loadFiles: () => ({ bios: { file: 'program', bytes } }) });
    await delay(30);
    await machine.powerOff();
    expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
    // Nothing that comes too late has an effect
    machine.input('ttyS0', Buffer.from('x'));
    machine.resize('ttyS0', 80, 25);
    machine.resume();
    await machine.pause();
    await machine.powerOff();
    await machine.reset();
  });
});

/** Shared by the programs below: output by the UART and by the SBI. */
const COMMON = '#include "bare.h"\n';
const SBI = '#include "sbi.h"\n#define WRITE(text, length) sbi(0x4442434e, 0, length, (uint64_t)(text), 0, 0)\n';
const PROGRAMS = {
  /** Hart 0 prints the time in ticks and hart 1's count, all others count. */
  counting: `${COMMON}
    static volatile uint64_t count;
    void enter(uint64_t hart, uint64_t opaque) {
      if (hart) for (;;) count++;
      for (;;) {
        uint64_t now = ticks();
        print_number(now); print(" "); print_number(count); print("\\n");
        while (ticks() < now + 50000);
      }
    }`,
  /** A token goes around by software interrupts; each hop is checked for the time to be later than the last. */
  ring: `${COMMON}
    #define MSIP ((volatile uint32_t *)0x2000000)
    static volatile uint64_t hops, last;
    void enter(uint64_t hart, uint64_t opaque) {
      asm volatile("csrw mie, %0" : : "r"(1 << 3));
      if (hart == 0) MSIP[0] = 1;
      for (;;) {
        uint64_t pending;
        asm volatile("wfi\\n csrr %0, mip" : "=r"(pending) : : "memory");
        if (!(pending & 1 << 3)) continue;
        MSIP[hart] = 0;
        uint64_t now = ticks();
        check(now >= last);
        last = now;
        if (++hops == 5000) finish(0);
        full_fence();
        MSIP[(hart + 1) % HARTS] = 1;
      }
    }`,
  echo: `${COMMON}
    void enter(uint64_t hart, uint64_t opaque) {
      print("ready\\n");
      for (;;) if (UART[5] & 1) *UART = *UART;
    }`,
  /** Says that it is up; "r" restarts the machine, "q" ends it, "f" fails. */
  obedient: `${COMMON}
    void enter(uint64_t hart, uint64_t opaque) {
      print("up\\n");
      for (;;) {
        if (!(UART[5] & 1)) continue;
        switch (*UART) {
          case 'r': *FINISHER = 0x7777; break;
          case 'q': finish(0); break;
          case 'f': finish(42); break;
        }
      }
    }`,
  /** 1 MiB by the SBI, which may take less than it is offered, then the end at once. */
  flood: `${SBI}
    static char text[4096];
    void enter(uint64_t hart, uint64_t opaque) {
      for (uint64_t sent = 0; sent < 1 << 20;) {
        for (int i = 0; i < 4096; i++) text[i] = 'a' + (sent + i) % 26;
        uint64_t left = (1 << 20) - sent;
        struct sbi_result result = WRITE(text, left < 4096 ? left : 4096);
        check(result.error == 0);
        sent += result.value;
      }
      finish(0);
    }`,
  /** 6000 bytes one by one, by the calls that do not say whether there was room. */
  drip: `${SBI}
    void enter(uint64_t hart, uint64_t opaque) {
      for (int i = 0; i < 6000; i++) {
        if (i & 1) sbi(0x4442434e, 2, 'a' + i % 26, 0, 0, 0);
        else sbi(1, 0, 'a' + i % 26, 0, 0, 0);
      }
      sbi(0x53525354, 0, 0, 0, 0, 0);
    }`,
  /** All harts ask devices for ever. */
  mmio: `${COMMON}
    void enter(uint64_t hart, uint64_t opaque) {
      volatile uint32_t *virtio = (volatile uint32_t *)0x10001000, *rtc = (volatile uint32_t *)0x101000;
      for (uint64_t i = 0;; i++) {
        check(virtio[0] == 0x74726976);
        rtc[2] = i;
        virtio[0x70 / 4] = i;
        if (hart == 0 && i % 100 == 0) print(".");
      }
    }`,
  /** Sleeps, with timers that are long due but whose interrupts are off; hart 1 with one that is enabled and never due. */
  asleep: `${COMMON}
    #define MTIMECMP ((volatile uint64_t *)0x2004000)
    void enter(uint64_t hart, uint64_t opaque) {
      MTIMECMP[hart] = hart ? -1ul : 0;
      asm volatile("csrw mie, %0" : : "r"(hart ? 1 << 7 : 0));
      if (hart == 0) print("asleep\\n");
      for (;;) asm volatile("wfi");
    }`,
  /** Hart 0 jumps where there is nothing and tells what came of it. */
  nowhere: `${COMMON}
    void enter(uint64_t hart, uint64_t opaque) {
      if (hart) for (;;) asm volatile("wfi");
      ((void (*)(void))0x20)();
    }`,
} as const;
type ProgramName = keyof typeof PROGRAMS;

describe.skipIf(compilerMissing !== undefined)(`machines${compilerMissing ? `: ${compilerMissing}` : ''}`, () => {
  const compiled = new Map<ProgramName, Uint8Array>();
  beforeAll(() => {
    for (const [name, source] of Object.entries(PROGRAMS)) {
      const supervisor = source.startsWith(SBI) ? { SUPERVISOR: true as const } : {};
      compiled.set(name as ProgramName, compileBare({ source }, { HARTS, SCALE: 1, MILLISECONDS: 100, ...supervisor }));
    }
  }, 60_000);

  async function start(name: ProgramName, options: Partial<BareOptions> = {}): Promise<BareMachine> {
    const program = compiled.get(name);
    if (!program) throw new Error('not compiled');
    const mode = PROGRAMS[name].startsWith(SBI) ? 'S' : 'M';
    const bare = await startBare(program, { harts: HARTS, mode, ...options });
    machines.push(bare.machine);
    return bare;
  }

  const stepsOf = (machine: Machine) => machine.statistics().harts.map(({ steps }) => steps);

  describe('pause and resume', () => {
    test('no hart executes anything meanwhile, and no time passes for the guest', async () => {
      const { machine, text } = await start('counting');
      await until(() => text().split('\n').length > 5, 'output');
      for (let i = 0; i < 3; i++) {
        await machine.pause();
        const steps = stepsOf(machine);
        await delay(20);
        const lines = text().split('\n').length;
        await delay(300);
        expect(stepsOf(machine)).toEqual(steps);
        expect(text().split('\n').length).toBe(lines);
        expect(machine.statistics().harts.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
        const resumed = performance.now();
        machine.resume();
        await until(() => text().split('\n').length > lines + 2, 'output after resuming');
        const passed = performance.now() - resumed;
        const times = text()
          .split('\n')
          .slice(0, -1)
          .map((line) => Number(line.split(' ')[0]) / 10_000);
        // The time that the guest saw pass over the pause is what passed outside of it
        expect((times[lines] ?? 0) - (times[lines - 2] ?? 0)).toBeLessThan(passed + 200);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    });

    test('at any moment, also before the first has come about: harts that wake each other go on', async () => {
      const { machine } = await start('ring');
      let over = false;
      const ended = machine.ended.finally(() => {
        over = true;
      });
      for (let i = 0; !over; i++) {
        const paused = machine.pause();
        if (i % 3 !== 0) await paused;
        if (i % 3 === 1) {
          const steps = stepsOf(machine);
          await delay(1);
          if (!over) expect(stepsOf(machine)).toEqual(steps);
        }
        machine.resume();
        if (i % 2) await delay(i % 5);
        await paused;
      }
      expect(await ended).toEqual({ kind: 'powered-off', code: 0 });
    });

    test('a machine that is paused right at its start executes nothing', async () => {
      const { machine, text } = await start('counting');
      await machine.pause();
      await delay(200);
      expect(text()).toBe('');
      expect(stepsOf(machine)).toEqual([0n, 0n]);
      machine.resume();
      await until(() => text().length > 0, 'output');
    });

    test('a paused machine can be ended', async () => {
      const { machine } = await start('ring');
      await machine.pause();
      await machine.powerOff();
      expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
    });

    test('a hart that waits for room for its output can be paused', async () => {
      const held: (() => void)[] = [];
      const { machine } = await start('drip', { onOutputTaken: (taken) => held.push(taken) });
      await until(() => machine.statistics().harts[0]?.state === 'waiting', 'a full console');
      await machine.pause();
      machine.resume();
      const timer = setInterval(() => {
        for (const taken of held.splice(0)) taken();
      }, 1);
      expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
      clearInterval(timer);
    });
  });

  describe('reset and end', () => {
    test('a reset reads the files again and starts anew; several at once are one', async () => {
      let loads = 0;
      const program = compiled.get('obedient') ?? new Uint8Array(0);
      const loadFiles = () => {
        loads++;
        return { bios: { file: 'program', bytes: Uint8Array.from(program) } };
      };
      const { machine, text } = await start('obedient', { loadFiles, harts: 1 });
      await until(() => text() === 'up\n', 'the first start');
      await Promise.all([machine.reset(), machine.reset(), machine.reset()]);
      await until(() => text() === 'up\nup\n', 'the second start');
      expect(loads).toBe(2);
      // At the least what it took the device thread to start
      expect(machine.statistics().earlier.cpuMs).toBeGreaterThan(0);
      await machine.pause();
      await machine.reset();
      await until(() => text() === 'up\nup\nup\n', 'a reset while paused');
    });

    test('the guest resets the machine, then ends it', async () => {
      let resets = 0;
      const { machine, text } = await start('obedient', { harts: 1, onReset: () => resets++ });
      for (let i = 1; i <= 3; i++) {
        await until(() => text() === 'up\n'.repeat(i), `start ${i}`);
        machine.input('ttyS0', Buffer.from(i < 3 ? 'r' : 'f'));
      }
      expect(await machine.ended).toEqual({ kind: 'powered-off', code: 42 });
      expect(resets).toBe(2);
    });

    test('a reset for which there is nothing to load ends the machine with a report', async () => {
      const program = compiled.get('obedient') ?? new Uint8Array(0);
      let there = true;
      const loadFiles = () => {
        if (!there) throw new Error('the disk is gone');
        return { bios: { file: 'program', bytes: Uint8Array.from(program) } };
      };
      const { machine, text } = await start('obedient', { loadFiles, harts: 1 });
      await until(() => text() === 'up\n', 'the start');
      there = false;
      await expect(machine.reset()).rejects.toThrow('the disk is gone');
      const end = await machine.ended;
      expect(end).toMatchObject({
        kind: 'aborted',
        report: expect.stringMatching(/could not be started again.*the disk is gone/s),
      });
      expect((end as { report: string }).report).toMatch(/Last lines of the console:\nup\n/);
    });

    test('a machine that is ended during a reset stays ended', async () => {
      const { machine } = await start('obedient', { harts: 1 });
      const reset = machine.reset();
      await machine.powerOff();
      await reset;
      expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
    });

    test('all that was printed has arrived when the machine has ended', async () => {
      for (let i = 0; i < 3; i++) {
        const { machine, text } = await start('flood');
        expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
        expect(text().length).toBe(1 << 20);
      }
    });
  });

  describe('console', () => {
    test.each([
      ['flood', 1 << 20],
      ['drip', 6000],
    ] as const)('%s: with a slow reader memory stays bounded and nothing is lost', async (name, length) => {
      let outstanding = 0;
      let most = 0;
      const { machine, text } = await start(name, {
        onOutputTaken: (taken, bytes) => {
          outstanding += bytes.length + MESSAGE_COST;
          most = Math.max(most, outstanding);
          setTimeout(() => {
            outstanding -= bytes.length + MESSAGE_COST;
            taken();
          }, 20);
        },
      });
      expect(await machine.ended).toEqual({ kind: 'powered-off', code: 0 });
      expect(most).toBeGreaterThan(OUTPUT_LIMIT / 2);
      expect(most).toBeLessThan(OUTPUT_LIMIT + 8 * KiB);
      expect(text()).toBe(Array.from({ length }, (_, i) => String.fromCharCode(97 + (i % 26))).join(''));
    });

    test('what is typed arrives in order; a source that outruns the guest is told', async () => {
      const { machine, text } = await start('echo', { harts: 1 });
      await until(() => text() === 'ready\n', 'the start');
      expect(machine.inputRoom('ttyS0')).toBe(true);
      const typed = Array.from({ length: 400 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
      machine.input('ttyS0', Buffer.from(typed.slice(0, 100)));
      machine.input('ttyS0', Buffer.from(typed.slice(100)));
      await until(() => text().length === 6 + typed.length, 'the echo', 20_000);
      expect(text()).toBe(`ready\n${typed}`);
      await machine.pause();
      machine.input('ttyS0', new Uint8Array(64 * KiB));
      expect(machine.inputRoom('ttyS0')).toBe(false);
    });
  });

  test('a flood of requests to devices neither stops the machine nor keeps it from ending', async () => {
    const { machine, text } = await start('mmio', { harts: 4 });
    await until(() => text().length >= 5, 'progress of hart 0');
    await machine.pause();
    // The device thread has most of the work
    const { deviceCpuMs, earlier } = machine.statistics();
    expect(deviceCpuMs).toBeGreaterThan(0);
    expect(earlier).toEqual({ steps: 0n, cpuMs: 0 });
    machine.resume();
    const before = performance.now();
    await machine.powerOff();
    expect(performance.now() - before).toBeLessThan(5000);
    expect(text()).toMatch(/^\.+$/);
  });

  test('a hart that sleeps costs nothing, whatever timers are due whose interrupts are off', async () => {
    const { machine, text } = await start('asleep');
    await until(() => text() === 'asleep\n', 'the start');
    // A thread that has yet to start waits too
    const asleep = () => machine.statistics().harts.every(({ state, steps }) => state === 'waiting' && steps > 0n);
    await until(asleep, 'sleep');
    const before = machine.statistics();
    await delay(400);
    // Neither has done anything, and CPU time is written when a hart goes to sleep
    expect(machine.statistics()).toEqual(before);
    await machine.pause();
    const after = machine.statistics();
    after.harts.forEach(({ steps, cpuMs }, hart) => {
      expect(Number(steps - (before.harts[hart]?.steps ?? 0n))).toBeLessThan(100);
      expect(cpuMs - (before.harts[hart]?.cpuMs ?? 0)).toBeLessThan(40);
    });
  });

  test('a jump into nothing is the guest’s own affair', async () => {
    const { machine, text } = await start('nowhere');
    expect(await machine.ended).toEqual({ kind: 'powered-off', code: 2 });
    expect(text()).toBe('trap 1 at 32\n');
  });

  describe('a fault of the emulator', () => {
    /** The memory of the machine that starts next. */
    async function withMemory(run: () => Promise<BareMachine>): Promise<[BareMachine, WebAssembly.Memory]> {
      const { Memory } = WebAssembly;
      const put = (value: unknown) =>
        Object.defineProperty(WebAssembly, 'Memory', { value, configurable: true, writable: true });
      let memory: WebAssembly.Memory | undefined;
      put(
        new Proxy(Memory, {
          construct(target, args: ConstructorParameters<typeof Memory>) {
            memory = new target(...args);
            return memory;
          },
        }),
      );
      try {
        const bare = await run();
        if (!memory) throw new Error('the machine made no memory');
        return [bare, memory];
      } finally {
        put(Memory);
      }
    }

    test('ends the machine with a report that says where it was', async () => {
      const [{ machine, text }, memory] = await withMemory(() => start('counting'));
      // Hart 1 may start later: only what it has decoded can be spoilt
      await until(() => /\d [1-9]\d*\n$/.test(text()) && text().split('\n').length > 3, 'output of a count');
      // Hart 1 gets operations that do not exist, in place of all that it has decoded
      const first = hartBase(layoutOf(HARTS, RAM_SIZE), 1) + SLOTS_BASE;
      const view = new DataView(memory.buffer);
      for (let i = 0; i < RECORDS_PER_PAGE; i++) view.setUint16(first + i * RECORD, 0xfff0, true);
      const end: MachineEnd = await machine.ended;
      expect(end.kind).toBe('aborted');
      const report = end.kind === 'aborted' ? end.report : '';
      expect(report).toMatch(/^The emulator failed at hart 1: RuntimeError: /);
      expect(report).toMatch(/^pc 0x00000000800\w+ {2}mode 3 .* steps \d+$/m);
      expect(report).toMatch(/ a0 0x0{15}1 /);
      expect(report).toMatch(/^0x00000000800\w+ {2}(ld|c\.addi|sd|c\.j)\b/m);
      expect(report).toMatch(/Last lines of the console:\n(\d+ \d+\n)+/);
    });
  });
});
