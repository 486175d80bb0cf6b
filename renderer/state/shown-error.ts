import { isInnError } from '../../shared/base/errors.ts';
import { i18n } from '../i18n/i18n.ts';

/** An error as people see it. */
export interface ShownError {
  readonly message: string;
  readonly nextStep: string;
  /** Folded: the code, and the stack of what is a bug of ours. */
  readonly details: string;
}

export function shownError(error: unknown): ShownError {
  if (isInnError(error)) return { message: error.message, nextStep: error.nextStep, details: error.code };
  return {
    message: i18n.t('app:error.bug'),
    nextStep: i18n.t('app:error.bugNextStep'),
    details: error instanceof Error ? (error.stack ?? String(error)) : String(error),
  };
}
