/** What a console said, as a file. */
import type { HostConnection } from '../connection/host.ts';
import type { ConsoleAddress } from './source.ts';

/** The host's whole scrollback, as the guest wrote it, but for the questions in it (`main/host/consoles/replay-filter.ts`). */
export async function rawLog(host: HostConnection, at: ConsoleAddress): Promise<Uint8Array<ArrayBuffer>> {
  const controller = new AbortController();
  const parts: Uint8Array[] = [];
  try {
    for await (const event of host.stream('console.attach', at, { signal: controller.signal })) {
      if (event.kind !== 'replay') continue;
      parts.push(event.bytes);
      if (event.last) break;
    }
  } finally {
    controller.abort();
  }
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
}

/** `linux-hvc0.txt`, without what some system does not have in names of files. */
export function logName(machine: string, console: string, extension: 'txt' | 'log'): string {
  const safe = machine.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-').replace(/^[.\s]+|[.\s]+$/g, '');
  return `${safe || 'machine'}-${console}.${extension}`;
}
