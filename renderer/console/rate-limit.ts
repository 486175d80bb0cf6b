/** Lets one through, then none for `everyMs`: a guest may ring its bell thousands of times a second. */
export function rateLimit(everyMs: number): (now: number) => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now - last < everyMs) return false;
    last = now;
    return true;
  };
}
