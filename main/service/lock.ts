/** A lock between processes that the operating system lets go of when its holder ends, however that ends. */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { InnError } from '../../shared/base/errors.ts';

export interface Lock {
  release(): void;
}

/** SQLite's result codes (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;

/**
 * Takes the lock on `file`, or answers undefined where another process, or another caller in this one, holds it. The file is an
 * empty SQLite database, whose locks are the operating system's own (fcntl, LockFileEx) and end with the process: there is no
 * such thing as a stale one. It stays when the lock goes: whoever removed it could remove the next holder's.
 *
 * Nobody may open `file` otherwise in the process that holds it: POSIX drops all of a process's locks on a file as soon as the
 * process closes any descriptor of it.
 */
export function tryLock(file: string): Lock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    // Nothing is ever written, so no journal is needed, and none could be left behind
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw new InnError(`The lock ${file} cannot be taken: ${(error as Error).message}`, {
      code: 'data-folder-unusable',
      nextStep: 'See that its folder is yours, may be written to and has room; or set INN_HOME to another folder.',
      cause: error,
    });
  }
  const held = database;
  return { release: () => held.close() };
}

/** As `tryLock`, but outlasts those who take the lock only to see whether it is free. */
export async function tryLockPatiently(file: string): Promise<Lock | undefined> {
  for (let left = 5; left > 0; left--) {
    const lock = tryLock(file);
    if (lock) return lock;
    await sleep(20);
  }
  return tryLock(file);
}

/** True where somebody holds it. */
export function isLocked(file: string): boolean {
  const lock = tryLock(file);
  lock?.release();
  return lock === undefined;
}

function isBusy(error: unknown): boolean {
  // The low byte is the code, those above say more
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
