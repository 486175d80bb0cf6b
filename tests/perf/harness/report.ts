import { columns } from './columns.ts';
import type { Figure } from './figures.ts';
import type { MachineInfo } from './machine-info.ts';
import type { BareProgram, Workshop } from './measure.ts';
import { commandLines } from './measure.ts';
import { COMPILER_FLAGS } from './programs.ts';
import { describeSummary, formatNumber, type Recording } from './recording.ts';
import { median, type Summary } from './statistics.ts';

export interface EngineResult extends Summary {
  /** Of the host's own speed at the same C source. */
  percentOfNative?: number;
  /** Million guest instructions per CPU second. */
  millionInstructions?: number;
}

export interface FigureResult extends Omit<Figure, 'source'> {
  engines: Record<string, EngineResult>;
  /** Whether Innkeeper reached the goal; without one, or without a measurement, absent. */
  goalReached?: boolean;
}

/** Everything that a benchmark run found out. `--json` prints it. */
export interface Report {
  format: 1;
  date: string;
  machine: MachineInfo;
  loadAverageAtEnd: number[];
  settings: { runs: number; secondsPerWorkload: number; iterations: number; compilerFlags: typeof COMPILER_FLAGS };
  guests: Workshop['guests'];
  commands: Record<string, string[]>;
  results: FigureResult[];
  /** Failures and disagreements. Figures beside them are not to be trusted before these are understood. */
  problems: readonly string[];
}

/** The figure whose native value a figure is compared with. */
function nativeName(figure: Figure): string | undefined {
  if (figure.source.from === 'bare') return 'integer';
  return figure.source.from === 'linux' && figure.source.native ? figure.name : undefined;
}

/** One row: medians and spread for every engine that was measured. */
export function figureResult(
  figure: Figure,
  recording: Recording,
  of: { engines: readonly string[]; bare: readonly BareProgram[]; iterations: number },
): FigureResult {
  const reference = nativeName(figure);
  const native = reference === undefined ? undefined : recording.summary(reference, 'native');
  const { source, ...row } = figure;
  const result: FigureResult = { ...row, engines: {} };
  for (const engine of of.engines) {
    const summary = engine === 'native' ? native : recording.summary(figure.name, engine);
    if (!summary) continue;
    const entry: EngineResult = { ...summary };
    if (native && engine !== 'native') entry.percentOfNative = (summary.median / native.median) * 100;
    const program =
      source.from === 'bare' && engine !== 'native'
        ? of.bare.find(({ harts, sv39 }) => harts === source.harts && sv39 === source.sv39)
        : undefined;
    if (program) entry.millionInstructions = (summary.median * program.instructions) / of.iterations / 1e6;
    result.engines[engine] = entry;
  }
  const ours = result.engines.innkeeper;
  const value = figure.goal?.of === 'native' ? ours?.percentOfNative : ours?.median;
  if (figure.goal && value !== undefined) {
    result.goalReached = figure.better === 'higher' ? value >= figure.goal.bound : value <= figure.goal.bound;
  }
  return result;
}

export function makeReport(workshop: Workshop, machine: MachineInfo, loadAverageAtEnd: number[]): Report {
  const { options, recording, bare, guests } = workshop;
  const of = { engines: options.engines, bare, iterations: options.iterations };
  return {
    format: 1,
    date: new Date().toISOString(),
    machine,
    loadAverageAtEnd,
    settings: {
      runs: options.runs,
      secondsPerWorkload: options.seconds,
      iterations: options.iterations,
      compilerFlags: COMPILER_FLAGS,
    },
    guests,
    commands: commandLines(workshop),
    results: options.figures.map((figure) => figureResult(figure, recording, of)),
    problems: recording.problems,
  };
}

/** The report as a table for people: medians, half the spread, goals, and what the reader should doubt. */
export function renderTable(report: Report): string {
  const engines = Object.keys(report.commands);
  const compared = engines.filter((engine) =>
    report.results.some((result) => result.engines[engine]?.percentOfNative !== undefined),
  );
  const header = [
    'figure',
    'unit',
    ...engines.flatMap((engine) => (compared.includes(engine) ? [engine, '% native'] : [engine])),
    'M instr/CPU s',
    'goal',
  ];
  const rows = report.results.map((result) => {
    const cells = engines.flatMap((engine) => {
      const entry = result.engines[engine];
      const value = entry ? describeSummary(entry) : '-';
      return compared.includes(engine) ? [value, optional(entry?.percentOfNative)] : [value];
    });
    const instructions = optional(result.engines.innkeeper?.millionInstructions);
    return [result.name, result.unit, ...cells, instructions, describeGoal(result)];
  });
  const { machine } = report;
  const busy = median([...machine.loadAverage.slice(0, 1), ...report.loadAverageAtEnd.slice(0, 1)]);
  const lines = [
    `${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; ${machine.qemu}; load ${busy.toFixed(1)}`,
    `${report.settings.runs} runs, interleaved; median ± half the spread`,
    '',
    ...columns([header, ...rows]),
  ];
  if (report.problems.length > 0) lines.push('', 'Problems:', ...report.problems.map((problem) => `  ${problem}`));
  return lines.join('\n');
}

function optional(value: number | undefined): string {
  return value === undefined ? '' : formatNumber(value);
}

function describeGoal({ goal, better, goalReached }: FigureResult): string {
  if (!goal) return '';
  const bound = `${better === 'higher' ? '>=' : '<='} ${goal.bound}${goal.of === 'native' ? ' % of native' : ''}`;
  return goalReached === undefined ? bound : `${bound}: ${goalReached ? 'reached' : 'missed'}`;
}
