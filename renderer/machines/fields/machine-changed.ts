import { isInnError } from '../../../shared/base/errors.ts';
import type { Machine, MachineChangedDetails } from '../../../shared/contract/machine.ts';

/** The machine as somebody else saved it, where that is why `error` came. */
export function changedElsewhere(error: unknown): Machine | undefined {
  if (!isInnError(error) || error.code !== 'machine-changed') return undefined;
  return (error.details as MachineChangedDetails | undefined)?.current;
}
