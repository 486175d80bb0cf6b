import { InnError, isInnError } from '../../shared/base/errors.ts';
import { ChildProcessError, findProgram } from '../platform/process.ts';
import { type AptSuite, openSuite } from './apt.ts';
import { type DebianMirror, debianMirrors, readSystemSources } from './apt-sources.ts';
import type { OnProgress } from './progress.ts';

const OR_TAKE_ONE = 'or take a guest folder made on another computer: --guest DIR.';

/** What a build may use to get packages. */
export interface PackageAccess {
  /** Folder for apt's state and for downloads. */
  root: string;
  suites: readonly string[];
  /** Uses only what is there already. */
  offline: boolean;
  onProgress: OnProgress;
}

/**
 * Runs `use` with the first suite for which everything works, trying them in turn on every mirror of Debian that the system's
 * apt knows. A mirror in `INN_DEBIAN_MIRROR` comes instead of those (for systems whose own apt is not Debian's).
 * Throws `InnError`: `guest-no-apt`, `guest-no-mirror`, `guest-no-network`, `disk-full` or `guest-build-failed`.
 */
export async function withFirstSuite<T>(access: PackageAccess, use: (suite: AptSuite) => Promise<T>): Promise<T> {
  if (!(await findProgram('apt-get')) || !(await findProgram('apt-cache'))) throw noApt();
  const mirrors = await chooseMirrors();
  const failures: Error[] = [];
  for (const mirror of mirrors) {
    for (const name of access.suites) {
      try {
        const suite = await openSuite(mirror, name, access.root);
        if (!access.offline) {
          const step = `Reading Debian's package list (${name})`;
          access.onProgress({ step });
          await suite.update((percent) => access.onProgress({ step, percent }));
        }
        return await use(suite);
      } catch (error) {
        if (isInnError(error)) throw error;
        if (isDiskFull(error)) throw diskFull(access.root, error);
        const failure = new Error(`${name}: ${messageOf(error)}`, { cause: error });
        failures.push(failure);
        // A mirror that cannot be reached has no other suites either, and each attempt takes seconds.
        if (NETWORK_TROUBLE.test(failure.message)) break;
      }
    }
  }
  throw explain(failures, access.offline);
}

async function chooseMirrors(): Promise<DebianMirror[]> {
  const keyring = { signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' };
  const fromUser = process.env.INN_DEBIAN_MIRROR;
  if (fromUser) return [{ uri: fromUser, ...keyring }];
  const mirrors = debianMirrors(await readSystemSources());
  if (mirrors.length === 0) {
    throw new InnError("apt's sources on this computer name no mirror of Debian.", {
      code: 'guest-no-mirror',
      nextStep: `Set INN_DEBIAN_MIRROR to the address of one and install debian-archive-keyring, ${OR_TAKE_ONE}`,
    });
  }
  return mirrors.map((mirror) => ({ ...keyring, ...(mirror.signedBy === undefined ? { uri: mirror.uri } : mirror) }));
}

function noApt(): InnError {
  return new InnError('The guest is made from Debian packages, and this computer has no apt to fetch them with.', {
    code: 'guest-no-apt',
    nextStep: `Build the guest on Debian or Ubuntu, ${OR_TAKE_ONE}`,
  });
}

const NETWORK_TROUBLE =
  /Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|unreachable|Connection (refused|timed out|failed|reset)|timed out/i;

/** One error for all attempts. */
export function explain(failures: readonly Error[], offline: boolean): InnError {
  const cause = new AggregateError(failures, failures.map(({ message }) => message).join('\n'));
  if (offline) {
    return new InnError('The guest has not been built yet, and building offline lacks packages.', {
      code: 'guest-offline',
      nextStep: `Run it once with a network, ${OR_TAKE_ONE}`,
      cause,
    });
  }
  if (failures.every(({ message }) => NETWORK_TROUBLE.test(message))) {
    return new InnError("Debian's mirror cannot be reached; the guest is made from its packages.", {
      code: 'guest-no-network',
      nextStep: `Check the network and try again (what has been downloaded is kept), ${OR_TAKE_ONE}`,
      cause,
    });
  }
  return new InnError(`No suite of Debian could make the guest:\n${cause.message}`, {
    code: 'guest-build-failed',
    nextStep: `Try again later, for suites in the making are sometimes out of step, ${OR_TAKE_ONE}`,
    cause,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for ENOSPC of our own and for what apt, tar or a compiler say about it. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof ChildProcessError) {
    return /No space left on device|enough free space|Disk quota exceeded/i.test(error.stderr);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function diskFull(dir: string, cause?: unknown): InnError {
  return new InnError(`The disk that holds ${dir} is full.`, {
    code: 'disk-full',
    nextStep: 'Free some space, or set INN_CACHE to a folder on a larger disk.',
    cause,
  });
}
