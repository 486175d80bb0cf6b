/** What the window benchmark found out. */
import { columns } from '../harness/columns.ts';
import { describeSummary, type Recording } from '../harness/recording.ts';
import type { Summary } from '../harness/statistics.ts';
import type { Figure, Scene } from './figures.ts';
import { FIGURES } from './figures.ts';

export interface Row extends Figure {
  readonly ours: Summary;
  /** Absent where there is nothing that compares. */
  readonly peer?: Summary;
  readonly goalReached?: boolean;
}

/** One row per figure of the scenes. Throws for one that was not measured. */
export function makeRows(scenes: readonly Scene[], recording: Recording): Row[] {
  return FIGURES.filter(({ scene }) => scenes.includes(scene)).map((figure) => {
    const ours = recording.summary(figure.name, 'ours');
    const peer = recording.summary(figure.name, 'peer');
    if (!ours) throw new Error(`${figure.name} was not measured`);
    const { goal, better } = figure;
    return {
      ...figure,
      ours,
      ...(peer === undefined ? {} : { peer }),
      ...(goal === undefined ? {} : { goalReached: better === 'lower' ? ours.median <= goal : ours.median >= goal }),
    };
  });
}

/** Medians ± half of the range. */
export function renderRows(rows: readonly Row[]): string {
  const lines = rows.map(({ name, unit, ours, peer, goal, better, goalReached }) => [
    name,
    unit,
    describeSummary(ours),
    peer === undefined ? '' : describeSummary(peer),
    goal === undefined
      ? ''
      : `${better === 'lower' ? '<=' : '>='} ${goal}: ${goalReached === true ? 'reached' : 'missed'}`,
  ]);
  return columns([['figure', 'unit', 'ours', 'peer', 'goal'], ...lines]).join('\n');
}
