/** A background host: a process that owns the data folder until it is asked to end or nobody needs it. Wiring only. */
import { describeError, InnError, isInnError } from '../../shared/base/errors.ts';
import { toErrorData } from '../../shared/rpc/errors.ts';
import { arrive } from './arrive.ts';
import { type BackgroundNews, type BackgroundSetup, SETUP_VARIABLE } from './background.ts';
import { endWhenIdle, idleSeconds } from './idle.ts';
import { releaseOnSignals } from './signals.ts';

const tell = (news: BackgroundNews) =>
  new Promise<void>((resolve) => {
    // Whoever started this process may be gone by now
    if (process.send && process.connected) process.send(news, () => resolve());
    else resolve();
  });

try {
  const { worker, ...setup }: Omit<BackgroundSetup, 'worker'> & { worker?: string } = JSON.parse(
    process.env[SETUP_VARIABLE] ?? '',
  );
  const arrival = await arrive('background', {
    ...setup,
    access: 'read',
    ...(worker !== undefined && { worker: new URL(worker) }),
  });
  await tell({ kind: 'ready' });
  if (arrival.role === 'owner') {
    const { ownership } = arrival;
    releaseOnSignals(ownership);
    endWhenIdle(ownership, idleSeconds(), () => void ownership.release('shut-down'));
    const end = await ownership.ended;
    if (end.kind === 'died') throw new Error(`The host broke again and again, last so:\n${end.report}`);
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  const known = isInnError(error)
    ? error
    : new InnError(`The background host failed: ${error instanceof Error ? error.message : String(error)}`, {
        code: 'host-start-failed',
        nextStep: 'This is a bug in Innkeeper: please report it with `inn doctor --bundle`.',
      });
  await tell({ kind: 'failed', error: toErrorData(known) });
  process.exitCode = 1;
}
// The channel to whoever started this process may still be open
process.exit();
