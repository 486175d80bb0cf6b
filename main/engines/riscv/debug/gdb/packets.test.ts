import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodePacket,
  fromHex,
  fromLittleEndian,
  littleEndianHex,
  MAX_PACKET,
  type PacketEvent,
  PacketReader,
  toHex,
} from './packets.ts';

function read(...pieces: string[]): PacketEvent[] {
  const reader = new PacketReader();
  return pieces.flatMap((piece) => [...reader.feed(piece)]);
}

describe('PacketReader', () => {
  it('reads the examples of the manual', () => {
    expect(read('$OK#9a')).toEqual([{ kind: 'packet', payload: 'OK' }]);
    expect(read('+$g#67-')).toEqual([{ kind: 'ack' }, { kind: 'packet', payload: 'g' }, { kind: 'nack' }]);
  });

  it('tells Ctrl-C from everything else', () => {
    expect(read('\x03', '$c#63\x03')).toEqual([
      { kind: 'interrupt' },
      { kind: 'packet', payload: 'c' },
      { kind: 'interrupt' },
    ]);
  });

  it('finds a wrong checksum, and goes on behind it', () => {
    expect(read('$OK#00$OK#9a')).toEqual([{ kind: 'damaged' }, { kind: 'packet', payload: 'OK' }]);
    expect(read('$OK#zz')).toEqual([{ kind: 'damaged' }]);
  });

  it('does not collect for ever what has no end', () => {
    const reader = new PacketReader();
    const flood = '$'.padEnd(3 * MAX_PACKET, 'x');
    expect([...reader.feed(flood)]).toEqual([{ kind: 'damaged' }]);
    expect([...reader.feed('$OK#9a')]).toEqual([{ kind: 'packet', payload: 'OK' }]);
  });

  it('reads what encodePacket wrote, whatever the bytes and pieces', () => {
    const text = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (payloads, size) => {
        const sent = payloads.map(encodePacket).join('');
        const pieces = sent.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
        expect(read(...pieces)).toEqual(payloads.map((payload) => ({ kind: 'packet', payload })));
      }),
    );
  });
});

describe('numbers', () => {
  it('are little-endian', () => {
    expect(littleEndianHex(0x8000_1234n, 8)).toBe('3412008000000000');
    expect(littleEndianHex(-1n, 4)).toBe('ffffffff');
    expect(fromLittleEndian(Uint8Array.of(0x34, 0x12))).toBe(0x1234n);
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
    expect(fromHex('abc')).toBeUndefined();
    expect(fromHex('zz')).toBeUndefined();
  });
});
