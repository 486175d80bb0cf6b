import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError, encode } from './codec.ts';
import type { ClientFrame, ServerFrame } from './frames.ts';
import { decodeClientFrame, decodeServerFrame } from './frames.ts';

const error = { code: 'c', message: 'm', nextStep: 'n' };
const CLIENT: ClientFrame[] = [
  { t: 'hello', protocol: 1, version: '1.0.0' },
  { t: 'hello', protocol: 1, version: '1.0.0', token: 'secret', access: 'read' },
  { t: 'call', id: 1, method: 'machine.list', args: {} },
  { t: 'more', id: 1, items: 3, bytes: 100 },
  { t: 'cancel', id: 1 },
];
const SERVER: ServerFrame[] = [
  { t: 'hello', protocol: 1, version: '1.0.0', kind: 'app', access: 'write' },
  { t: 'refused', error },
  { t: 'ok', id: 1, value: null },
  { t: 'err', id: 1, error },
  { t: 'item', id: 1, value: { bytes: new Uint8Array([1]) } },
  { t: 'end', id: 1 },
];
const SIDES = [
  ['client', CLIENT, decodeClientFrame],
  ['server', SERVER, decodeServerFrame],
] as const;

function isMalformed(work: () => unknown): boolean {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof CodecError) return thrown.fault === 'malformed';
    throw thrown;
  }
  return false;
}

describe.each(SIDES)('frames of the %s', (_, frames, decodeFrame) => {
  it('are understood', () => {
    for (const frame of frames) expect(decodeFrame(encode(frame))).toEqual(frame);
  });

  it('are none with a field missing or of another type', () => {
    const free = new Set(['value', 'args']);
    for (const frame of frames) {
      for (const field of Object.keys(frame).filter((name) => !free.has(name))) {
        const { [field]: dropped, ...rest } = frame as unknown as Record<string, unknown>;
        const optional = field === 'token' || (field === 'access' && frame.t === 'hello' && !('kind' in frame));
        expect(
          isMalformed(() => decodeFrame(encode(rest))),
          `${frame.t} without ${field}`,
        ).toBe(!optional);
        for (const wrong of [null, true, -1, 0.5, [], {}, [dropped], new Uint8Array(1)]) {
          expect(
            isMalformed(() => decodeFrame(encode({ ...rest, [field]: wrong }))),
            `${frame.t}.${field}`,
          ).toBe(true);
        }
      }
    }
  });

  it('are none that are anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isMalformed(() => decodeFrame(encode(value)))).toBe(true);
      }),
    );
  });
});
