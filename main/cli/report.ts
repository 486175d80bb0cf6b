/** How errors reach the user of the command line: on stderr, with a status that scripts can tell apart. */
import { isInnError } from '../../shared/base/errors.ts';

/** Exit statuses beside what a guest hands over through its test finisher; a signal's is 128 and its number. */
export const EXIT_STATUS = {
  success: 0,
  /** The command did what it should, and what it found is not well: a failed check. */
  failed: 1,
  /** The user can put it right: a wrong option, a missing file. */
  userError: 2,
  /** There is no machine of that name. */
  notFound: 4,
  /** The machine is in a state in which that cannot be done. */
  wrongState: 5,
  /** No host can be reached, or it is of another version: EX_UNAVAILABLE of sysexits.h. */
  unavailable: 69,
  /** The machine was aborted, or we have a bug: EX_SOFTWARE of sysexits.h. */
  software: 70,
} as const;

/** An `InnError` as `error CODE: sentence` with its next step; anything else, being a bug of ours, with its stack. */
export function errorText(error: unknown): string {
  if (isInnError(error)) return `error ${error.code}: ${error.message}\n  ${error.nextStep}\n`;
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return `error internal: This is a bug in Innkeeper\n${text}\n`;
}

/** Codes that scripts want to tell apart by the exit status; every other error of the user's has the same. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'machine-not-found': EXIT_STATUS.notFound,
  'wrong-state': EXIT_STATUS.wrongState,
  'no-host': EXIT_STATUS.unavailable,
  'host-not-answering': EXIT_STATUS.unavailable,
  'host-version-mismatch': EXIT_STATUS.unavailable,
  'connection-lost': EXIT_STATUS.unavailable,
  internal: EXIT_STATUS.software,
  cancelled: 130,
};

export function statusOf(error: unknown): number {
  if (!isInnError(error)) return EXIT_STATUS.software;
  return STATUS_OF_CODE[error.code] ?? EXIT_STATUS.userError;
}

/** The exit status for the 16-bit code of a test finisher: what does not fit in 8 bits must not look like another code. */
export function statusOfFinisher(code: number): number {
  return Math.min(code, 255);
}
