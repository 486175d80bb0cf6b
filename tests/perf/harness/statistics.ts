/** What a list of measurements comes to. All in the unit of the measurements. */
export interface Summary {
  median: number;
  min: number;
  max: number;
  /** In the order in which they were taken. */
  values: number[];
}

/** Middle value; of an even count the mean of the two middle ones. Throws for an empty list. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('The median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Throws for an empty list and for values that are no finite numbers: they come from a broken measurement. */
export function summarise(values: readonly number[]): Summary {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new Error(`Not a measurement: ${wrong}`);
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values: [...values] };
}

/** Distance from the smallest to the largest value as a share of the median, in percent. */
export function spreadPercent(summary: Summary): number {
  return summary.median === 0 ? 0 : ((summary.max - summary.min) / summary.median) * 100;
}
