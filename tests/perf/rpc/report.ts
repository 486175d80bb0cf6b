/** What the rpc benchmark found out. */
import { columns } from '../harness/columns.ts';
import { describeSummary } from '../harness/recording.ts';
import type { Summary } from '../harness/statistics.ts';
import { summarise } from '../harness/statistics.ts';
import type { Figure, Sample } from './workloads.ts';
import { FIGURES } from './workloads.ts';

export type SideName = 'ours' | 'json';

export interface Taken {
  readonly wire: string;
  readonly figure: Figure;
  readonly side: SideName;
  readonly sample: Sample;
}

export interface SideResult {
  /** In the row's unit, and per second of CPU time of both ends. */
  readonly perSecond: Summary;
  readonly perCpuSecond: Summary;
}

export interface Row {
  readonly wire: string;
  readonly figure: Figure;
  readonly unit: string;
  readonly ours: SideResult;
  readonly json: SideResult;
  /** Ours as a share of bare JSON, by CPU time. */
  readonly percentOfJson: number;
  readonly goal?: number;
  readonly goalReached?: boolean;
}

/** One row per wire and figure, each of which has to have been measured on both sides. */
export function makeRows(wires: readonly string[], taken: readonly Taken[]): Row[] {
  const figures = Object.keys(FIGURES) as Figure[];
  const names = figures.flatMap((figure) => wires.map((wire) => ({ wire, figure })));
  return names.map(({ wire, figure }) => {
    const of = (side: SideName): SideResult => {
      const samples = taken.filter((one) => one.wire === wire && one.figure === figure && one.side === side);
      return {
        perSecond: summarise(samples.map(({ sample }) => sample.perSecond)),
        perCpuSecond: summarise(samples.map(({ sample }) => sample.perCpuSecond)),
      };
    };
    const ours = of('ours');
    const json = of('json');
    const { unit, goal } = FIGURES[figure];
    return {
      wire,
      figure,
      unit,
      ours,
      json,
      percentOfJson: (ours.perCpuSecond.median / json.perCpuSecond.median) * 100,
      ...(goal === undefined ? {} : { goal, goalReached: ours.perSecond.median >= goal }),
    };
  });
}

const HEADINGS = ['wire', 'figure', 'ours', 'bare JSON', 'ours per CPU s', 'bare JSON', 'of JSON', 'goal'];

/** Medians ± half of the range. */
export function renderRows(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.wire,
    row.figure,
    `${describeSummary(row.ours.perSecond)} ${row.unit}`,
    describeSummary(row.json.perSecond),
    describeSummary(row.ours.perCpuSecond),
    describeSummary(row.json.perCpuSecond),
    `${Math.round(row.percentOfJson)} %`,
    row.goal === undefined ? '' : `${row.goal}: ${row.goalReached === true ? 'reached' : 'missed'}`,
  ]);
  return columns([HEADINGS, ...lines]).join('\n');
}
