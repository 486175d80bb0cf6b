/** Milliseconds of a turn in which nothing happened, at most. */
const IDLE = 0.05;

/**
 * How many milliseconds the turns of this thread's event loop took in which there was something to do, until `work` has ended;
 * longest first. The clock also counts what others do with the CPU meanwhile, and the CPU time of a thread comes in ticks of up to
 * 4 ms: the less of both is what counts.
 */
export async function turnsWhile(work: Promise<unknown>): Promise<number[]> {
  let going = true;
  const stop = () => {
    going = false;
  };
  work.then(stop, stop);
  const now = () => {
    const { user, system } = process.threadCpuUsage();
    return { cpu: (user + system) / 1000, clock: performance.now() };
  };
  const turns: number[] = [];
  for (let before = now(); going; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const after = now();
    const took = Math.min(after.cpu - before.cpu, after.clock - before.clock);
    if (took > IDLE) turns.push(took);
    before = after;
  }
  await work;
  return turns.sort((a, b) => b - a);
}
