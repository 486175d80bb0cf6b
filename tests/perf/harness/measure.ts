/** Runs the rounds: in each, every engine does everything once, one engine after the other. */

import { run } from '../../../main/platform/process.ts';
import { describeError } from '../../../shared/base/errors.ts';
import { countingCommand, type Emulator, innkeeper, qemu, type Task } from './engines.ts';
import type { Figure, Source } from './figures.ts';
import { appendLine, type BenchGuest } from './guest.ts';
import { lineReader, type Marker, numberField, parseMarker } from './markers.ts';
import type { Options } from './options.ts';
import type { LinuxPrograms } from './programs.ts';
import type { Recording } from './recording.ts';
import { busyPercent, countProblem, interval, ratePerCpuSecond, ratePerWallSecond, upSample } from './samples.ts';
import { commandLine, runSession, type Sample } from './session.ts';

/** A bare-metal program and what it is. */
export interface BareProgram {
  harts: number;
  sv39: boolean;
  elf: string;
  /** Of the measured part, on one hart, as QEMU counts them with -icount. */
  instructions: number;
}

export interface Workshop {
  options: Options;
  host: LinuxPrograms | undefined;
  bare: readonly BareProgram[];
  guests: Partial<Record<'stock' | 'small', BenchGuest>>;
  recording: Recording;
  say(line: string): void;
}

/** Workload of the bare-metal programs. */
const INTEGER = 'integer';
const BARE_TIMEOUT_MS = 5 * 60_000;
const LINUX_TIMEOUT_MS = 15 * 60_000;

const figuresFrom = <F extends Source['from']>(options: Options, from: F) =>
  options.figures.filter((figure): figure is Figure & { source: Source & { from: F } } => figure.source.from === from);

/** Host workloads that are needed for the figures themselves or for percentages. */
export function nativeWorkloads(options: Options): string[] {
  const names = figuresFrom(options, 'linux').flatMap((figure) => (figure.source.native ? [figure.name] : []));
  if (figuresFrom(options, 'bare').length > 0 && !names.includes(INTEGER)) names.unshift(INTEGER);
  return names;
}

/** The bare-metal programs that the figures need. */
export function bareVariants(options: Options): { harts: number; sv39: boolean }[] {
  const wanted = figuresFrom(options, 'bare').map(({ source }) => ({ harts: source.harts, sv39: source.sv39 }));
  if (figuresFrom(options, 'bare-pair').length > 0) wanted.push({ harts: 1, sv39: true }, { harts: 2, sv39: true });
  const name = (variant: { harts: number; sv39: boolean }) => `${variant.harts} ${variant.sv39}`;
  return [...new Map(wanted.map((variant) => [name(variant), variant])).values()];
}

/** What the init of the stock guest is to do, and whether that guest is needed at all. */
export function stockPlan(options: Options): { needed: boolean; plan: string[] } {
  const settle = figuresFrom(options, 'memory').length > 0 ? ['settle'] : [];
  const idle = figuresFrom(options, 'idle').length > 0 ? ['idle'] : [];
  const plan = [...settle, ...figuresFrom(options, 'linux').map((figure) => figure.name), ...idle];
  return { needed: plan.length > 0 || bootFigure(options, 'stock') !== undefined, plan };
}

export function bootFigure(options: Options, kernel: 'stock' | 'small'): Figure | undefined {
  return figuresFrom(options, 'boot').find((figure) => figure.source.kernel === kernel);
}

/** Runs one untimed round of a bare-metal program under QEMU and answers the instructions it retired. */
export async function countInstructions(elf: string): Promise<number> {
  const { program, args } = countingCommand(elf);
  const { stdout } = await run(program, args);
  const markers: Marker[] = [];
  lineReader((line) => {
    const marker = parseMarker(line);
    if (marker) markers.push(marker);
  })(stdout);
  const end = markers.find((marker) => marker.kind === 'END' && marker.name === INTEGER);
  if (!end) throw new Error(`${commandLine({ program, args })} printed no result`);
  return numberField(end, 'instret');
}

/** All rounds. A session that fails becomes a problem of the recording; the others go on. */
export async function measure(workshop: Workshop): Promise<void> {
  const { options, say } = workshop;
  const emulators = [innkeeper, qemu].filter((emulator) => options.engines.includes(emulator.name));
  for (let round = 1; round <= options.runs; round++) {
    const attempt = async (what: string, work: () => Promise<void>) => {
      say(`round ${round} of ${options.runs}: ${what}`);
      try {
        await work();
      } catch (error) {
        say(`${what} failed; the end of the report says how`);
        workshop.recording.problem(`${what}: ${describeError(error)}`);
      }
    };
    if (options.engines.includes('native')) {
      for (const name of nativeWorkloads(options)) await attempt(`native ${name}`, () => measureNative(workshop, name));
    }
    if (workshop.bare.length > 0) await eachEmulator('bare machine', (emulator) => measureBare(workshop, emulator));
    if (workshop.guests.stock) await eachEmulator('Linux', (emulator) => measureLinux(workshop, emulator));
    if (workshop.guests.small) await eachEmulator('small kernel', (emulator) => measureSmallBoot(workshop, emulator));

    async function eachEmulator(what: string, work: (emulator: Emulator) => Promise<void>) {
      for (const emulator of emulators) await attempt(`${emulator.name}, ${what}`, () => work(emulator));
    }
  }
}

async function measureNative({ options, host, recording }: Workshop, name: string): Promise<void> {
  if (!host) throw new Error('The programs for the host have not been built');
  const { stdout } = await run(host.workloads, [name, String(options.seconds), host.nop]);
  const marker = parseMarker(stdout.trimEnd().split('\n').at(-1) ?? '');
  if (marker?.kind !== 'END') throw new Error(`${host.workloads} ${name} printed: ${stdout}`);
  recording.add(name, 'native', numberField(marker, 'work') / numberField(marker, 'cpu'));
  // Doubles may differ in the last bit: RISC-V's compiler fuses multiplication and addition.
  if (name !== 'nbody') recording.check(name, 'native', marker.fields.check ?? '');
}

async function measureBare({ options, bare, recording }: Workshop, emulator: Emulator): Promise<void> {
  const passed = new Map<number, ReturnType<typeof interval>>();
  for (const program of bare) {
    const task: Task = { kind: 'bare', elf: program.elf, harts: program.harts };
    const result = interval(await runSession(emulator.command(task), BARE_TIMEOUT_MS), INTEGER);
    recording.check(`${INTEGER} on the bare machine`, emulator.name, result.end.fields.check ?? '');
    if (program.sv39) passed.set(program.harts, result);
    const figure = figuresFrom(options, 'bare').find(
      ({ source }) => source.harts === program.harts && source.sv39 === program.sv39,
    );
    if (figure) recording.add(figure.name, emulator.name, ratePerCpuSecond(result));
    // Without -icount, QEMU's minstret counts time (target/riscv/csr.c, riscv_pmu_read_ctr).
    if (emulator.name === 'qemu') continue;
    const wrong = countProblem(
      emulator.name,
      program.sv39 ? 'Sv39' : 'M-mode',
      numberField(result.end, 'instret'),
      program.instructions,
    );
    if (wrong !== undefined) recording.problem(wrong);
  }
  const one = passed.get(1);
  const two = passed.get(2);
  for (const figure of one && two ? figuresFrom(options, 'bare-pair') : []) {
    if (!one || !two) continue;
    const speed = ratePerWallSecond(two) / ratePerWallSecond(one);
    const cost = ratePerCpuSecond(one) / ratePerCpuSecond(two);
    recording.add(figure.name, emulator.name, figure.source.of === 'speed' ? speed : cost);
  }
}

async function measureLinux({ options, guests, recording }: Workshop, emulator: Emulator): Promise<void> {
  if (!guests.stock) return;
  const { plan } = stockPlan(options);
  const samples = await runSession(emulator.command(linuxTask(guests.stock, plan, options)), LINUX_TIMEOUT_MS);
  const boot = bootFigure(options, 'stock');
  if (boot) recording.add(boot.name, emulator.name, upSample(samples).cpuSeconds);
  for (const figure of figuresFrom(options, 'memory'))
    recording.add(figure.name, emulator.name, megabytes(samples, figure));
  for (const figure of figuresFrom(options, 'idle')) {
    recording.add(figure.name, emulator.name, busyPercent(interval(samples, 'idle')));
  }
  for (const { name, source } of figuresFrom(options, 'linux')) {
    const result = interval(samples, name);
    recording.add(name, emulator.name, source.per === 'rate' ? ratePerCpuSecond(result) : result.cpuSeconds);
    recording.check(name, emulator.name, result.end.fields.check ?? '');
  }
}

function megabytes(samples: readonly Sample[], figure: Figure): number {
  const sample = samples.find(({ marker }) => marker.kind === 'END' && marker.name === 'settle');
  if (!sample || figure.source.from !== 'memory') throw new Error('The guest did not settle');
  return (figure.source.of === 'now' ? sample.rssBytes : sample.peakRssBytes) / 1e6;
}

async function measureSmallBoot({ options, guests, recording }: Workshop, emulator: Emulator): Promise<void> {
  const figure = bootFigure(options, 'small');
  if (!guests.small || !figure) return;
  const samples = await runSession(emulator.command(linuxTask(guests.small, [], options)), LINUX_TIMEOUT_MS);
  recording.add(figure.name, emulator.name, upSample(samples).cpuSeconds);
}

function linuxTask(guest: BenchGuest, plan: readonly string[], options: Options): Task {
  const { kernel, initrd, transport } = guest;
  return { kind: 'linux', kernel, initrd, transport, append: appendLine(plan, options.seconds) };
}

/** Every command line that `measure` will use, for the record. */
export function commandLines({ options, host, bare, guests }: Workshop): Record<string, string[]> {
  const tasks: Task[] = bare.map(({ elf, harts }) => ({ kind: 'bare', elf, harts }));
  if (guests.stock) tasks.push(linuxTask(guests.stock, stockPlan(options).plan, options));
  if (guests.small) tasks.push(linuxTask(guests.small, [], options));
  const native = nativeWorkloads(options).map((name) =>
    commandLine({ program: host?.workloads ?? '', args: [name, String(options.seconds), host?.nop ?? ''] }),
  );
  const lines = {
    native,
    innkeeper: tasks.map((task) => commandLine(innkeeper.command(task))),
    qemu: tasks.map((task) => commandLine(qemu.command(task))),
  };
  return Object.fromEntries(
    Object.entries(lines).filter(([name]) => options.engines.some((engine) => engine === name)),
  );
}
