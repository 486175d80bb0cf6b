/** Hands a file to the host: by its path where the window may know it, else piece by piece. */
import { UPLOAD_CHUNK } from '../../../shared/contract/limits.ts';
import type { FileRef } from '../../../shared/contract/upload.ts';
import type { HostConnection } from '../../connection/host.ts';

export interface SendOptions {
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Sends all of `file`. An upload that fails or is cancelled leaves nothing at the host. */
export async function upload(
  host: Pick<HostConnection, 'call'>,
  file: Pick<File, 'name' | 'size' | 'slice'>,
  { signal, onProgress }: SendOptions,
): Promise<{ readonly upload: string }> {
  signal.throwIfAborted();
  const { id } = await host.call('upload.begin', { name: file.name, bytes: file.size });
  try {
    for (let offset = 0; offset < file.size; offset += UPLOAD_CHUNK) {
      signal.throwIfAborted();
      const bytes = new Uint8Array(await file.slice(offset, offset + UPLOAD_CHUNK).arrayBuffer());
      await host.call('upload.write', { id, offset, bytes }, { signal });
      onProgress(Math.min(1, (offset + bytes.length) / file.size));
    }
    signal.throwIfAborted();
    return { upload: id };
  } catch (error) {
    // If even that fails, the host removes it by itself after an hour.
    await host.call('upload.cancel', { id }).catch(() => {});
    throw error;
  }
}

export async function handOver(host: Pick<HostConnection, 'call'>, file: File, options: SendOptions): Promise<FileRef> {
  const path = window.innkeeper?.pathOf?.(file);
  return path ? { path } : upload(host, file, options);
}
