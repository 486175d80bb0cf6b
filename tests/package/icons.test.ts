import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderIcons } from '../../scripts/package/icons.mjs';

/** PNG (third edition, 5.2 and 11.2.1): signature, then IHDR with width and height. */
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
let folder: string;
beforeAll(async () => {
  folder = await renderIcons();
});

const read = (name: string) => readFileSync(path.join(folder, name));

function sidesOf(png: Buffer): [width: number, height: number] {
  expect(png.subarray(0, 8)).toEqual(SIGNATURE);
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('the icons, rendered from their drawings', () => {
  it.each([16, 24, 32, 48, 64, 128, 256, 512, 1024])('have a picture of %d pixels', (side) => {
    expect(sidesOf(read(`${side}x${side}.png`))).toEqual([side, side]);
  });

  it('have for Windows a file of several pictures, each where its entry says', () => {
    const ico = read('icon.ico');
    const count = ico.readUInt16LE(4);
    const sides = Array.from({ length: count }, (_, index) => {
      const at = 6 + 16 * index;
      const offset = ico.readUInt32LE(at + 12);
      const [width] = sidesOf(ico.subarray(offset, offset + ico.readUInt32LE(at + 8)));
      // One byte, of which 0 says 256
      expect(ico.readUInt8(at)).toBe(width % 256);
      return width;
    });
    // 256 is what electron-builder insists on
    expect(sides).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  it('have for macOS a file of several pictures, end to end', () => {
    const icns = read('icon.icns');
    expect(icns.toString('latin1', 0, 4)).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const sides: number[] = [];
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      sides.push(sidesOf(icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)))[0]);
    }
    expect(Math.max(...sides)).toBe(1024);
    expect(sides).toContain(16);
  });

  it('have for the tray a dark and a light one, and one for macOS to paint, each also for dense displays', () => {
    for (const name of ['trayTemplate', 'tray-dark', 'tray-light']) {
      expect(sidesOf(read(`${name}.png`))).toEqual([16, 16]);
      expect(sidesOf(read(`${name}@2x.png`))).toEqual([32, 32]);
    }
    expect(read('tray-dark.png')).not.toEqual(read('tray-light.png'));
  });
});
