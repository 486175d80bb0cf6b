const CR = 0x0d;
const LF = 0x0a;

/**
 * What is written to SBI's console, as a terminal wants it: a carriage return before every line feed. OpenSBI does the same
 * (`nputs` in `sbi_console.c`), and Linux relies on it: its early console writes bare line feeds.
 */
export function withReturns(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const feeds = bytes.reduce((count, byte) => (byte === LF ? count + 1 : count), 0);
  const out = new Uint8Array(bytes.length + feeds);
  let at = 0;
  for (const byte of bytes) {
    if (byte === LF) out[at++] = CR;
    out[at++] = byte;
  }
  return out;
}
