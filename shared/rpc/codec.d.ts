/** `too-large` and `unsendable` (cyclic, too deep, a bigint) come from encoding, `malformed` from decoding. */
export type CodecFault = 'too-large' | 'unsendable' | 'malformed';
export declare class CodecError extends Error {
  readonly fault: CodecFault;
  constructor(fault: CodecFault, message: string, cause?: unknown);
}
/** Throws `CodecError`. Bytes are copied; `value` is left as it is. */
export declare function encode(value: unknown): Uint8Array<ArrayBuffer>;
/** Throws `CodecError` (`malformed`) and nothing else, whatever the bytes are. Bytes of the value are views of `message`. */
export declare function decode(message: Uint8Array): unknown;
