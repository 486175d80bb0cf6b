/** The host's log file: JSON lines by pino, the last few files kept. Nothing secret goes in: no tokens, no console output. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { MiB } from '../../shared/base/units.ts';

/** Bytes of a file before the next one is begun. */
const FILE_BYTES = 4 * MiB;
/** Files beside the current one: `host.log.1` is the latest. */
const OLD_FILES = 3;

/** Lines are on their way to the disk when a call returns, so that a log ends with what was last said. */
export function openLog(
  file: string,
  limits: { bytes: number; old: number } = { bytes: FILE_BYTES, old: OLD_FILES },
): Logger {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const write = (line: string) => {
    try {
      if (size > 0 && size + line.length > limits.bytes) {
        rotate(file, limits.old);
        size = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      size += Buffer.byteLength(line);
    } catch {
      // A full disk is no reason to end guests, and there is nowhere to say so
    }
  };
  return pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

function rotate(file: string, old: number): void {
  for (let n = old; n >= 1; n--) {
    const from = n === 1 ? file : `${file}.${n - 1}`;
    if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${file}.${n}`);
  }
}
