/** A host in a process of its own, which nobody waits for. */
import type { ChildProcess } from 'node:child_process';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InnError } from '../../shared/base/errors.ts';
import type { ErrorData } from '../../shared/contract/operation.ts';
import { fromErrorData } from '../../shared/rpc/errors.ts';
import { makeFolder } from '../platform/folders.ts';
import { lastLines } from '../platform/process.ts';
import { makeDataFolder } from './data-folder.ts';
import { spawnEntry } from './entry-process.ts';
import { filesOf } from './host-file.ts';
import { tryLock } from './lock.ts';

export interface BackgroundSetup {
  readonly version: string;
  readonly dataFolder: string;
  readonly guestFolder?: string | undefined;
  /** The file that the host's thread runs; tests have their own. */
  readonly worker?: URL | undefined;
}

/** What the process says to the one that started it, over their channel. */
export type BackgroundNews =
  /** The data folder has an owner: this process, or another that was faster. */
  { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly error: ErrorData };

/** Handed over in this variable of the environment, as JSON: a list of processes shows arguments to everybody. */
export const SETUP_VARIABLE = 'INN_BACKGROUND_SETUP';

const START_MS = 30_000;

/**
 * Starts a background host and waits until it can be reached. False where somebody else is about to: look again in a moment.
 * Throws the `InnError` that keeps it from starting, or `host-start-failed`.
 */
export async function startBackground(setup: BackgroundSetup): Promise<boolean> {
  const { dataFolder } = setup;
  const files = filesOf(dataFolder);
  await makeDataFolder(dataFolder);
  const lock = tryLock(files.startLock);
  if (!lock) return false;
  try {
    await makeFolder(path.dirname(files.output));
    const output = await fs.open(files.output, 'w', 0o600);
    try {
      const child = spawnDetached(setup, output.fd);
      await untilReady(child, files.output);
      // Now nothing ties the two together any more
      child.disconnect();
      child.unref();
    } finally {
      await output.close();
    }
    return true;
  } finally {
    lock.release();
  }
}

function spawnDetached(setup: BackgroundSetup, output: number): ChildProcess {
  const { INN_CACHE } = process.env;
  return spawnEntry('background', {
    output,
    detached: true,
    // Not the folder that happens to be current: it could not be removed while the host lives
    cwd: setup.dataFolder,
    env: {
      ...(INN_CACHE && { INN_CACHE: path.resolve(INN_CACHE) }),
      INN_HOME: setup.dataFolder,
      [SETUP_VARIABLE]: JSON.stringify({ ...setup, worker: setup.worker?.href }),
    },
  });
}

async function untilReady(child: ChildProcess, output: string): Promise<void> {
  const abort = new AbortController();
  const news = await Promise.race([
    new Promise<BackgroundNews>((resolve) => {
      child.once('message', (message) => resolve(message as BackgroundNews));
    }),
    new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `status ${code}`));
    }),
    sleep(START_MS, 'no answer', { signal: abort.signal, ref: false }),
  ]);
  abort.abort();
  if (typeof news === 'object') {
    if (news.kind === 'failed') throw fromErrorData(news.error);
    return;
  }
  child.kill();
  child.unref();
  const said = lastLines(await fs.readFile(output, 'utf8').catch(() => ''), 6);
  throw new InnError(`The background host did not start: ${news}${said ? `\n${said}` : ''}`, {
    code: 'host-start-failed',
    nextStep: `See ${output} and host.log beside it.`,
  });
}
