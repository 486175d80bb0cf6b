/**
 * The line through `values`, oldest first, in a box: the newest is at the right edge, `slots` values span the width, and
 * `max` is the top. Coordinates have one decimal. Empty for fewer than two values.
 */
export function sparkPath(
  values: readonly number[],
  width: number,
  height: number,
  max: number,
  slots: number,
): string {
  if (values.length < 2) return '';
  const inner = height - 2;
  const points = values.map((value, index) => {
    const x = width - ((values.length - 1 - index) * width) / (slots - 1);
    const y = 1 + inner * (1 - Math.max(0, Math.min(1, max > 0 ? value / max : 0)));
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join(' ')}`;
}

/** The same line, closed along the bottom. */
export function areaPath(line: string, width: number, height: number): string {
  const start = /^M(\S+)/.exec(line)?.[1];
  return start === undefined ? '' : `${line} L${width} ${height} L${start} ${height}Z`;
}
