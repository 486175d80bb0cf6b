import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError, decode, encode } from './codec.ts';
import { MAX_DEPTH } from './limits.ts';
import { MAX_MESSAGE } from './wire.ts';

const keys = fc.oneof(
  fc.string(),
  fc.constantFrom('$bytes', '$$bytes', '$$$bytes', '$', 'bytes', '__proto__', 'toString'),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    // Defines even `__proto__` as a property of its own.
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

/** A message with this JSON, whether or not it is any. */
function message(json: string, bytes: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(json);
  const made = new Uint8Array(4 + text.length + bytes.length);
  new DataView(made.buffer).setUint32(0, text.length, true);
  made.set(text, 4);
  made.set(bytes, 4 + text.length);
  return made;
}

function faultOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof CodecError ? error.fault : error;
  }
  return 'none';
}

describe('the codec', () => {
  it('gives back what it was given, bytes wherever they are', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toStrictEqual(value);
      }),
    );
  });

  it('leaves the value alone and copies its bytes', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const value = { a: [bytes], $bytes: bytes };
    const sent = encode(value);
    bytes.fill(9);
    expect(value).toStrictEqual({ a: [bytes], $bytes: bytes });
    expect(decode(sent)).toStrictEqual({ a: [new Uint8Array([1, 2, 3])], $bytes: new Uint8Array([1, 2, 3]) });
  });

  it('sends a Buffer as bytes and hands over none, whatever the wire does', () => {
    const sent = encode({ bytes: Buffer.from('abc') });
    const got = decode(Buffer.from(sent)) as { bytes: Uint8Array };
    expect(got.bytes.constructor).toBe(Uint8Array);
    expect([...got.bytes]).toEqual([97, 98, 99]);
  });

  it('puts bytes beside the JSON, as they are', () => {
    const bytes = new Uint8Array(100_000).fill(255);
    expect(encode({ bytes }).length).toBeLessThan(bytes.length + 64);
  });

  it('sends messages up to the limit and none beyond, and takes none beyond', () => {
    const overhead = encode({ bytes: new Uint8Array(1_000_000) }).length - 1_000_000;
    const most = MAX_MESSAGE - overhead;
    expect(encode({ bytes: new Uint8Array(most) }).length).toBe(MAX_MESSAGE);
    expect(faultOf(() => encode({ bytes: new Uint8Array(most + 1) }))).toBe('too-large');
    expect(faultOf(() => encode('x'.repeat(MAX_MESSAGE)))).toBe('too-large');
    expect(faultOf(() => decode(message('1', Array.from({ length: MAX_MESSAGE }))))).toBe('malformed');
  });

  it('refuses to send what has no form', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [cycle, { n: 1n }, undefined, () => 1]) {
      expect(faultOf(() => encode(value))).toBe('unsendable');
    }
  });

  it('knows a number of levels, and not one more', () => {
    let value: unknown = 1;
    for (let n = 0; n < MAX_DEPTH; n++) value = n % 2 === 0 ? [value] : { value };
    expect(decode(encode(value))).toEqual(value);
    expect(faultOf(() => encode([value]))).toBe('unsendable');
    expect(faultOf(() => decode(message(JSON.stringify([value]))))).toBe('malformed');
    const deep = 1_000_000;
    expect(faultOf(() => decode(message('['.repeat(deep) + ']'.repeat(deep))))).toBe('malformed');
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['less than a header', new Uint8Array([1, 0, 0])],
    ['less than the header says', new Uint8Array([5, 0, 0, 0, 49])],
    ['a header of all ones', new Uint8Array(20).fill(255)],
    ['no JSON', message('{')],
    ['JSON that is no UTF-8', new Uint8Array([3, 0, 0, 0, 34, 255, 34])],
    ['empty JSON', message('')],
    ['bytes beyond the end', message('{"$bytes":[1,3]}', [1, 2, 3])],
    ['bytes before the start', message('{"$bytes":[-1,3]}', [1, 2, 3])],
    ['half a byte', message('{"$bytes":[0.5,1]}', [1, 2, 3])],
    ['more bytes than numbers can count', message('{"$bytes":[9007199254740991,9007199254740991]}', [1])],
    ['bytes without a place', message('[{"$bytes":null}]', [1])],
    ['bytes with half a place', message('[{"$bytes":[0]}]', [1])],
  ])('finds %s malformed', (_, bytes) => {
    expect(faultOf(() => decode(bytes))).toBe('malformed');
  });

  it('finds every cut-off message malformed', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(), (value, last, cut) => {
        const whole = encode([value, last]);
        expect(faultOf(() => decode(whole.subarray(0, cut % whole.length)))).toBe('malformed');
      }),
    );
  });

  it('either understands bytes or calls them malformed, whatever they are', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const text = fc.oneof(fc.json(), fc.string()).map((json) => message(json, [1, 2, 3]));
    const changed = fc.tuple(values, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([value, at, mask]) => {
      const bytes = encode(value);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ mask;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(noise, text, changed), (bytes) => {
        expect(['none', 'malformed']).toContain(faultOf(() => decode(bytes)));
      }),
      { numRuns: 1000 },
    );
  });
});
