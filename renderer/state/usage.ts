/** The last minute of what each machine used. */
import type { Usage } from '../../shared/contract/machine.ts';

/** One a second. */
export const SAMPLES = 60;

export type UsageByMachine = ReadonlyMap<string, readonly Usage[]>;

/**
 * Adds samples, oldest first, to those before. A sample that is not newer than the last of its machine is one that came
 * again after a reconnect: it is left out.
 */
export function afterUsage(before: UsageByMachine, samples: readonly Usage[]): UsageByMachine {
  if (samples.length === 0) return before;
  const after = new Map(before);
  const touched = new Map<string, Usage[]>();
  for (const sample of samples) {
    let list = touched.get(sample.id);
    if (!list) {
      list = [...(after.get(sample.id) ?? [])];
      touched.set(sample.id, list);
      after.set(sample.id, list);
    }
    const last = list.at(-1);
    if (last && last.at >= sample.at) continue;
    list.push(sample);
    if (list.length > SAMPLES) list.shift();
  }
  return after;
}

/** Without the machines that are gone or do not run. */
export function keepUsage(usage: UsageByMachine, ids: ReadonlySet<string>): UsageByMachine {
  const kept = new Map([...usage].filter(([id]) => ids.has(id)));
  return kept.size === usage.size ? usage : kept;
}
