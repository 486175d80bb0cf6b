export interface IncomingHooks {
  /** Starts the stream: called by the first `next`. */
  readonly open: () => void;
  /** The consumer took so much. */
  readonly more: (items: number, bytes: number) => void;
  /** The consumer wants no more. */
  readonly cancel: () => void;
  /** Nothing more will come, for whatever reason. */
  readonly ended: () => void;
}
type Result = IteratorResult<unknown, undefined>;
export declare class Incoming implements AsyncIterableIterator<unknown, undefined> {
  #private;
  constructor(hooks: IncomingHooks);
  [Symbol.asyncIterator](): this;
  next(): Promise<Result>;
  /** Ends the stream at once, also while a `next` waits. */
  return(): Promise<Result>;
  /** `bytes` as the host counted them: those of the message. */
  push(value: unknown, bytes: number): void;
  /** The host ended it; with an `error` where it failed. */
  end(failure?: { readonly error: unknown }): void;
}
