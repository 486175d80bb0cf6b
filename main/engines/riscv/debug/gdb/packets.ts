/**
 * Packets of GDB's remote serial protocol (GDB manual, appendix E, "Overview"): `$payload#checksum`, acknowledged by `+` or
 * `-` until the other side asks to leave that out. Text here is latin-1: a character is a byte.
 */

export type PacketEvent =
  | { readonly kind: 'packet'; readonly payload: string }
  /** The checksum was wrong: the other side is to send it again. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'ack' }
  | { readonly kind: 'nack' }
  /** Ctrl-C. */
  | { readonly kind: 'interrupt' };

/** Characters of one packet; the size that we tell GDB, with room to spare. A longer one comes from nobody sane. */
export const MAX_PACKET = 0x4000;

const INTERRUPT = '\x03';
/** The character after it was XORed with 0x20. */
const ESCAPE = '}';
const ESCAPE_XOR = 0x20;

export class PacketReader {
  #text = '';

  /** Takes what arrived, in pieces of any size. */
  *feed(text: string): Generator<PacketEvent> {
    this.#text += text;
    for (;;) {
      const first = this.#text[0];
      if (first === undefined) return;
      if (first !== '$') {
        this.#text = this.#text.slice(1);
        if (first === '+') yield { kind: 'ack' };
        else if (first === '-') yield { kind: 'nack' };
        else if (first === INTERRUPT) yield { kind: 'interrupt' };
        continue;
      }
      const end = this.#text.indexOf('#');
      if (end < 0 ? this.#text.length > 2 * MAX_PACKET : end > 2 * MAX_PACKET) {
        this.#text = '';
        yield { kind: 'damaged' };
        return;
      }
      if (end < 0 || this.#text.length < end + 3) return;
      const escaped = this.#text.slice(1, end);
      const checksum = this.#text.slice(end + 1, end + 3);
      this.#text = this.#text.slice(end + 3);
      yield Number.parseInt(checksum, 16) === checksumOf(escaped)
        ? { kind: 'packet', payload: withoutEscapes(escaped) }
        : { kind: 'damaged' };
    }
  }
}

export function encodePacket(payload: string): string {
  const escaped = payload.replace(/[$#}*]/g, (c) => ESCAPE + String.fromCharCode(c.charCodeAt(0) ^ ESCAPE_XOR));
  return `$${escaped}#${hexByte(checksumOf(escaped))}`;
}

function checksumOf(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
  return sum & 0xff;
}

function withoutEscapes(text: string): string {
  return text.replace(/\}(.)/gs, (_, c: string) => String.fromCharCode(c.charCodeAt(0) ^ ESCAPE_XOR));
}

// Numbers and bytes as the packets hold them

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join('');
}

/** Undefined for what is not an even number of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A register of `size` bytes, in the target's byte order. */
export function littleEndianHex(value: bigint, size: number): string {
  return toHex(Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
