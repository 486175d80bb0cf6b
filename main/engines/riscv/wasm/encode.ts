/** Byte encodings of the WebAssembly binary format (Core Specification 2.0, section 5.2.2). */

export type Bytes = number[];

/** Appends `value` (an integer from 0 to 2^32 - 1) as unsigned LEB128. */
export function pushUnsigned(out: Bytes, value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** Appends `value` (a signed 32-bit integer) as signed LEB128. */
export function pushSigned32(out: Bytes, value: number): void {
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

/** Appends `value`, taken modulo 2^64 as a signed integer, as signed LEB128. */
export function pushSigned64(out: Bytes, value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

/** Appends a name: its length in bytes, then its UTF-8 bytes. Names here are ASCII. */
export function pushName(out: Bytes, name: string): void {
  pushUnsigned(out, name.length);
  for (let i = 0; i < name.length; i++) out.push(name.charCodeAt(i));
}
