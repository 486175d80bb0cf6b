/** Builds one guest and says how it goes. A process, so that it can be ended at any moment. Wiring only. */
import { isInnError } from '../../shared/base/errors.ts';
import { toErrorData } from '../../shared/rpc/errors.ts';
import { ensureGuest, type KernelKind } from '../guest/index.ts';
import { type BuildNews, KERNEL_VARIABLE } from './guest-build.ts';

const tell = (news: BuildNews) => new Promise((resolve) => process.send?.(news, resolve));

// Nobody waits for it any more: then its compilers end too
process.on('disconnect', () => {
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGTERM');
  process.exit(1);
});

try {
  const kernel = process.env[KERNEL_VARIABLE] as KernelKind;
  await ensureGuest({ kernel, onProgress: (progress) => void tell({ kind: 'progress', progress }) });
  await tell({ kind: 'done' });
} catch (error) {
  if (isInnError(error)) await tell({ kind: 'failed', error: toErrorData(error) });
  else await tell({ kind: 'broken', report: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.exit();
