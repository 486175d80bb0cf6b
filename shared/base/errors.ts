/** What an error carries beside its sentence. */
export interface InnErrorDetails {
  /** Stable kebab-case name that scripts and tests may rely on, such as `kernel-not-found`. */
  code: string;
  /** What the user can do about it, as one sentence. */
  nextStep: string;
  /** The lower-level failure, when there is one. */
  cause?: unknown;
  /** What a program needs to help with it, as plain data that can be sent to another process. */
  details?: unknown;
}

/**
 * An error that a user can act on: a stable code, one sentence that says what is wrong, and the next step.
 * Bugs of our own are plain `Error`s; they reach the user with a stack trace.
 */
export class InnError extends Error {
  readonly code: string;
  readonly nextStep: string;
  readonly details?: unknown;

  constructor(message: string, details: InnErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'InnError';
    this.code = details.code;
    this.nextStep = details.nextStep;
    if (details.details !== undefined) this.details = details.details;
  }
}

/** True when `error` is an `InnError`, also when it comes from another realm or was cloned with its fields. */
export function isInnError(error: unknown): error is InnError {
  return (
    error instanceof Error &&
    error.name === 'InnError' &&
    'code' in error &&
    typeof error.code === 'string' &&
    'nextStep' in error &&
    typeof error.nextStep === 'string'
  );
}

/** The lines that a terminal shows for any thrown value: an `InnError` as sentence and next step, all else with its stack. */
export function describeError(error: unknown): string {
  if (isInnError(error)) return `${error.message}\n  ${error.nextStep} (${error.code})`;
  if (error instanceof Error) return error.stack ?? `${error.name}: ${error.message}`;
  return String(error);
}
