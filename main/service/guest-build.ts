/** Guests for the host: those that are there, and those that have to be built first, in a process that can be ended. */
import type { ChildProcess } from 'node:child_process';
import type { ErrorData } from '../../shared/contract/operation.ts';
import { fromErrorData } from '../../shared/rpc/errors.ts';
import { findGuest, type Guest, type GuestProgress, type KernelKind } from '../guest/index.ts';
import type { EnsureOptions, GuestSource, ReadyGuest } from '../host/machines/guest-source.ts';
import { spawnEntry } from './entry-process.ts';

/** What `guest-build.entry.ts` builds. */
export const KERNEL_VARIABLE = 'INN_GUEST_BUILD';

/** What it says. */
export type BuildNews =
  | { readonly kind: 'progress'; readonly progress: GuestProgress }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  /** By a bug of ours. */
  | { readonly kind: 'broken'; readonly report: string };

const KERNELS: readonly KernelKind[] = ['stock', 'small'];

/** `guestFolder` as in `ensureGuest`. */
export function guestSource(guestFolder: string | undefined): GuestSource {
  return {
    ready: async () => {
      const found = await Promise.all(KERNELS.map((kernel) => findGuest(kernel, guestFolder)));
      return KERNELS.filter((_, index) => found[index]);
    },
    ensure: async (kernel, options) => {
      const there = await findGuest(kernel, guestFolder);
      if (there) return asReady(there);
      await build(kernel, options);
      const built = await findGuest(kernel, guestFolder);
      if (!built) throw new Error(`the guest ${kernel} was built and is not there`);
      return asReady(built);
    },
  };
}

function asReady({ kernel, initrd, manifest }: Guest): ReadyGuest {
  return { kernel, initrd, title: `Linux ${manifest.kernelRelease}` };
}

async function build(kernel: KernelKind, { onProgress, signal }: EnsureOptions): Promise<void> {
  signal.throwIfAborted();
  // A group of its own: compilers and downloads end with it
  const child = spawnEntry('guest-build', { output: 'ignore', detached: true, env: { [KERNEL_VARIABLE]: kernel } });
  const stop = () => endGroup(child);
  signal.addEventListener('abort', stop);
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('message', (news: BuildNews) => {
        if (news.kind === 'progress') {
          const { step, percent } = news.progress;
          onProgress(step, percent === undefined ? null : Math.min(1, Math.max(0, percent / 100)));
        } else if (news.kind === 'done') resolve();
        else reject(news.kind === 'failed' ? fromErrorData(news.error) : new Error(news.report));
      });
      child.once('error', reject);
      child.once('exit', (code, killer) => {
        if (signal.aborted) reject(signal.reason as Error);
        else reject(new Error(`the process that builds the guest ended: ${killer ?? `status ${code}`}`));
      });
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has ended by itself
  }
}
