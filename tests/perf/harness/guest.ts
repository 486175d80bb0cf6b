/** Guests that start a benchmark instead of a shell. */

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { ensureGuest, findGuest, joinArchives, overlayArchive } from '../../../main/guest/index.ts';
import { InnError } from '../../../shared/base/errors.ts';
import { BUILD, buildLinux, readInit } from './programs.ts';

export interface BenchGuest {
  kernel: string;
  /** The guest's own initrd with our init and programs on top. */
  initrd: string;
  /** What its kernel has drivers for without modules. */
  transport: 'pci' | 'mmio';
  kernelRelease: string;
  /** Digest of what the guest was made from. */
  key: string;
}

/**
 * The stock guest is built if it is missing. The small kernel takes long to compile, so it is asked for instead:
 * throws `InnError` (`bench-guest-missing`).
 */
export async function prepareGuest(kind: 'stock' | 'small', say: (line: string) => void): Promise<BenchGuest> {
  const guest =
    kind === 'stock'
      ? await ensureGuest({ kernel: 'stock', onProgress: ({ step }) => say(step) })
      : await findGuest('small');
  if (!guest) {
    throw new InnError('The guest with the small kernel has not been built.', {
      code: 'bench-guest-missing',
      nextStep:
        'Build it (minutes): node main/guest/build.entry.ts --kernel small. Or leave out boot-small with --only.',
    });
  }
  const programs = await buildLinux('guest');
  const overlay = overlayArchive({
    '/init': await readInit(),
    '/usr/bin/perf-workloads': await fs.readFile(programs.workloads),
    '/usr/bin/perf-nop': await fs.readFile(programs.nop),
  });
  const initrd = path.join(BUILD, `initrd-${kind}.cpio`);
  await fs.writeFile(initrd, joinArchives([await fs.readFile(guest.initrd), overlay]));
  const { kernelRelease, key } = guest.manifest;
  return { kernel: guest.kernel, initrd, transport: kind === 'stock' ? 'pci' : 'mmio', kernelRelease, key };
}

/** The kernel command line that our init reads. */
export function appendLine(plan: readonly string[], seconds: number): string {
  return `console=ttyS0 quiet panic=-1 bench.plan=${plan.join(',')} bench.seconds=${seconds}`;
}
