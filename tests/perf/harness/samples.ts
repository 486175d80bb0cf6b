/** From the samples of a session to figures. */

import { type Marker, numberField } from './markers.ts';
import type { Sample } from './session.ts';

/** What passed between a workload's BEGIN and END. */
export interface Interval {
  cpuSeconds: number;
  wallSeconds: number;
  end: Marker;
}

/** Throws if the workload did not run: the plan and the program do not fit together. */
export function interval(samples: readonly Sample[], name: string): Interval {
  const find = (kind: Marker['kind']) =>
    samples.find(({ marker }) => marker.kind === kind && (marker.name === name || name === ''));
  const begin = find('BEGIN');
  const end = find('END');
  if (!begin || !end) throw new Error(`No BEGIN and END of "${name}" among the markers`);
  return {
    cpuSeconds: end.cpuSeconds - begin.cpuSeconds,
    wallSeconds: end.wallSeconds - begin.wallSeconds,
    end: end.marker,
  };
}

/** Work per CPU second. Throws if no CPU time passed: too short to measure. */
export function ratePerCpuSecond(passed: Interval): number {
  if (passed.cpuSeconds <= 0) throw new Error(`"${passed.end.name}" was too short to measure`);
  return numberField(passed.end, 'work') / passed.cpuSeconds;
}

/** Work per second of wall time. */
export function ratePerWallSecond(passed: Interval): number {
  return numberField(passed.end, 'work') / passed.wallSeconds;
}

/** Share of a core, in percent. */
export function busyPercent(passed: Interval): number {
  return (passed.cpuSeconds / passed.wallSeconds) * 100;
}

/** The sample of `@@UP`. */
export function upSample(samples: readonly Sample[]): Sample {
  const up = samples.find(({ marker }) => marker.kind === 'UP');
  if (!up) throw new Error('No @@UP among the markers');
  return up;
}

/** How far a program's own count of instructions may be off: what reading the counter itself costs. */
const COUNT_TOLERANCE = 100;

/** A sentence if an emulator's minstret counted otherwise than the reference, else undefined. */
export function countProblem(engine: string, name: string, counted: number, expected: number): string | undefined {
  if (Math.abs(counted - expected) <= COUNT_TOLERANCE) return undefined;
  return `${engine} counted ${counted} instructions for ${name}, QEMU ${expected}.`;
}
