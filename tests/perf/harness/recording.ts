import { type Summary, spreadPercent, summarise } from './statistics.ts';

/** Collects values by figure and engine, and what went wrong. */
export interface Recording {
  add(figure: string, engine: string, value: number): void;
  /** Notes the digest of a workload's result; every one of the same workload must be the same. */
  check(workload: string, engine: string, digest: string): void;
  problem(sentence: string): void;
  /** Undefined if the engine never got there. */
  summary(figure: string, engine: string): Summary | undefined;
  readonly problems: readonly string[];
}

export function createRecording(): Recording {
  const values = new Map<string, number[]>();
  const digests = new Map<string, { digest: string; engine: string }>();
  const problems: string[] = [];
  const problem = (sentence: string) => {
    if (!problems.includes(sentence)) problems.push(sentence);
  };
  return {
    problems,
    problem,
    add(figure, engine, value) {
      const key = `${figure} ${engine}`;
      const list = values.get(key);
      if (list) list.push(value);
      else values.set(key, [value]);
    },
    check(workload, engine, digest) {
      const first = digests.get(workload);
      if (!first) digests.set(workload, { digest, engine });
      else if (first.digest !== digest) {
        problem(`${workload}: ${engine} computed ${digest}, ${first.engine} ${first.digest}. One of them is wrong.`);
      }
    },
    summary(figure, engine) {
      const list = values.get(`${figure} ${engine}`);
      return list && summarise(list);
    },
  };
}

/** `0.85 ±3 %`: the median, and half the spread. */
export function describeSummary(summary: Summary): string {
  const half = spreadPercent(summary) / 2;
  return summary.values.length > 1
    ? `${formatNumber(summary.median)} ±${half.toFixed(0)} %`
    : formatNumber(summary.median);
}

/** Three digits that matter; thousands and millions as k and M. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)} M`;
  if (size >= 1e4) return `${trim(value / 1e3)} k`;
  return trim(value);
}

function trim(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}
