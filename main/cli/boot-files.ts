/** What `inn try` and the debug commands start: files that were named, or our own guest. */
import { type BootSource, bootSourceOf } from '../engines/riscv/engine/boot-files.ts';
import { ensureGuest, type OnProgress } from '../guest/index.ts';
import { bundledGuestFolder } from '../platform/resources.ts';
import type { TryOptions } from './try-options.ts';

export interface Boot extends BootSource {
  /** For people: what is being started. */
  readonly title: string;
}

/** `note` takes what the user may want to know. Throws an `InnError` where there is no guest. The first time it may build it: minutes. */
export async function openBoot(
  options: TryOptions,
  onProgress: OnProgress,
  note: (text: string) => void = () => {},
): Promise<Boot> {
  const { kernel: choice, bios, initrd: initrdFile, append } = options;
  const guestFolder = bundledGuestFolder();
  const guest =
    choice.kind === 'guest'
      ? await ensureGuest({
          kernel: choice.name,
          onProgress,
          ...(choice.folder !== undefined && { guestDir: choice.folder }),
          ...(guestFolder !== undefined && { guestFolder }),
        })
      : undefined;
  const kernel = choice.kind === 'file' ? choice.file : guest?.kernel;
  const initrd = initrdFile ?? guest?.initrd;
  const names = {
    ...(kernel !== undefined && { kernel }),
    ...(initrd !== undefined && { initrd }),
    ...(bios !== undefined && { firmware: bios }),
  };
  return {
    ...bootSourceOf(names, append ?? '', note),
    title: guest ? `Linux ${guest.manifest.kernelRelease}` : (bios ?? kernel ?? ''),
  };
}
