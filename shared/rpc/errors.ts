/** Errors of calls: how they travel, and those that arise here. */
import { InnError } from '../base/errors.ts';
import type { ErrorData } from '../contract/operation.ts';

export function toErrorData(error: InnError): ErrorData {
  const { code, message, nextStep, details } = error;
  return details === undefined ? { code, message, nextStep } : { code, message, nextStep, details };
}

export function fromErrorData({ code, message, nextStep, details }: ErrorData): InnError {
  return new InnError(message, details === undefined ? { code, nextStep } : { code, nextStep, details });
}

export function connectionLost(reason?: string): InnError {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  return new InnError(`The connection to the host was lost${why}`, {
    code: 'connection-lost',
    nextStep:
      'Machines that run are not affected. Try again: Innkeeper connects anew, and starts its host where there is none.',
  });
}

/** What versions both sides have. */
export interface Versions {
  readonly host: { readonly version: string; readonly protocol: number };
  readonly door: { readonly version: string; readonly protocol: number };
}

export function protocolMismatch(versions: Versions): InnError {
  const { host, door } = versions;
  return new InnError(
    `The host is Innkeeper ${host.version} (protocol ${host.protocol}), but what connects to it is Innkeeper ${door.version} (protocol ${door.protocol})`,
    {
      code: 'protocol-mismatch',
      nextStep: 'Restart the host with the newer version: `inn host restart`.',
      details: versions,
    },
  );
}

export function tooLarge(what: string): InnError {
  return new InnError(`${what} is larger than one message may be (4 MiB)`, {
    code: 'too-large',
    nextStep: 'Ask for less at once, or hand it over in smaller pieces.',
  });
}
