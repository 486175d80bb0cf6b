/** How errors reach the user of the command line: on stderr, with a status that scripts can tell apart. */
import { isInnError } from '../../shared/base/errors.ts';

/** Exit statuses beside what a guest hands over through its test finisher; a signal's is 128 and its number. */
export const EXIT_STATUS = {
  success: 0,
  /** The user can put it right: a wrong option, a missing file. */
  userError: 2,
  /** The machine was aborted, or we have a bug: EX_SOFTWARE of sysexits.h. */
  software: 70,
} as const;

/** An `InnError` as `error CODE: sentence` with its next step; anything else, being a bug of ours, with its stack. */
export function errorText(error: unknown): string {
  if (isInnError(error)) return `error ${error.code}: ${error.message}\n  ${error.nextStep}\n`;
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return `error internal: This is a bug in Innkeeper\n${text}\n`;
}

export function statusOf(error: unknown): number {
  return isInnError(error) ? EXIT_STATUS.userError : EXIT_STATUS.software;
}

/** The exit status for the 16-bit code of a test finisher: what does not fit in 8 bits must not look like another code. */
export function statusOfFinisher(code: number): number {
  return Math.min(code, 255);
}
