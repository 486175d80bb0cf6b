/**
 * Renders the icons from their drawings: PNGs for Linux and the tray, and containers of PNGs for Windows (ICO) and macOS
 * (ICNS), which have taken PNG inside for fifteen years.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../setup/paths.mjs';

const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** An ICO's entry has one byte for each side, of which 0 says 256. */
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** ICNS types that hold PNG, and their sides in pixels. */
const ICNS_TYPES = /** @type {const} */ ([
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
]);
const TRAY_SIZES = /** @type {const} */ ([
  ['', 16],
  ['@2x', 32],
]);

/** Renders everything into `build/icons`; answers the folder. */
export async function renderIcons() {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  await initWasm(readFileSync(path.join(ROOT, 'node_modules/@resvg/resvg-wasm/index_bg.wasm'))).catch((error) => {
    if (!String(error).includes('Already initialized')) throw error;
  });
  /** @param {string} name @param {number} side @param {string} [colour] @returns {Buffer} */
  const render = (name, side, colour) => {
    const drawing = readFileSync(path.join(ROOT, 'assets/icon', name), 'utf8');
    const svg = colour === undefined ? drawing : drawing.replaceAll('#000000', colour);
    const image = new Resvg(svg, { fitTo: { mode: 'width', value: side } }).render();
    return Buffer.from(image.asPng());
  };
  const folder = path.join(ROOT, 'build/icons');
  mkdirSync(folder, { recursive: true });
  /** @param {string} name @param {Buffer} content */
  const write = (name, content) => writeFileSync(path.join(folder, name), content);

  const rendered = new Map(SIZES.map((side) => [side, render('icon.svg', side)]));
  /** @param {number} side */
  const icon = (side) => /** @type {Buffer} */ (rendered.get(side));
  for (const side of SIZES) write(`${side}x${side}.png`, icon(side));
  write('icon.png', icon(1024));
  write('icon.ico', ico(ICO_SIZES.map((side) => ({ side, png: icon(side) }))));
  write('icon.icns', icns(ICNS_TYPES.map(([type, side]) => ({ type, png: icon(side) }))));
  for (const [suffix, side] of TRAY_SIZES) {
    write(`trayTemplate${suffix}.png`, render('tray.svg', side));
    write(`tray-light${suffix}.png`, render('tray.svg', side, '#1b1d1f'));
    write(`tray-dark${suffix}.png`, render('tray.svg', side, '#e8eaec'));
  }
  return folder;
}

/** @param {readonly { side: number, png: Buffer }[]} images */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ side, png }, index) => {
    const at = 6 + 16 * index;
    header.writeUInt8(side % 256, at);
    header.writeUInt8(side % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

/** @param {readonly { type: string, png: Buffer }[]} images */
function icns(images) {
  /** @param {string} type @param {Buffer} content */
  const block = (type, content) => {
    const header = Buffer.alloc(8);
    header.write(type, 'latin1');
    header.writeUInt32BE(8 + content.length, 4);
    return Buffer.concat([header, content]);
  };
  return block('icns', Buffer.concat(images.map(({ type, png }) => block(type, png))));
}
