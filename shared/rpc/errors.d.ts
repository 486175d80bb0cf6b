/** Errors of calls: how they travel, and those that arise here. */
import { InnError } from '../base/errors.ts';
import type { ErrorData } from '../contract/operation.ts';
export declare function toErrorData(error: InnError): ErrorData;
export declare function fromErrorData({ code, message, nextStep, details }: ErrorData): InnError;
export declare function connectionLost(reason?: string): InnError;
/** What versions both sides have. */
export interface Versions {
  readonly host: {
    readonly version: string;
    readonly protocol: number;
  };
  readonly door: {
    readonly version: string;
    readonly protocol: number;
  };
}
export declare function protocolMismatch(versions: Versions): InnError;
export declare function tooLarge(what: string): InnError;
