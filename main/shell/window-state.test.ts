import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { placeWindow, readWindowState, writeWindowState } from './window-state.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'inn-window-'));
afterAll(() => rmSync(folder, { recursive: true }));

const display = { x: 0, y: 0, width: 1920, height: 1080 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };

describe('the place of the window', () => {
  it('is the middle of the first display at first', () => {
    expect(placeWindow(undefined, [display])).toEqual({
      bounds: { x: 320, y: 140, width: 1280, height: 800 },
      maximized: false,
    });
  });

  it('is where it was', () => {
    const last = { bounds: { x: 2000, y: 50, width: 1000, height: 700 }, maximized: true };
    expect(placeWindow(last, [display, second])).toEqual(last);
  });

  it('is in sight when the display that it was on is gone', () => {
    const last = { bounds: { x: 2000, y: 50, width: 1000, height: 700 }, maximized: false };
    expect(placeWindow(last, [display]).bounds).toEqual({ x: 460, y: 190, width: 1000, height: 700 });
  });

  it('keeps its title bar in reach', () => {
    const above = { bounds: { x: 10, y: -300, width: 1000, height: 700 }, maximized: false };
    expect(placeWindow(above, [display]).bounds.y).toBeGreaterThanOrEqual(0);
  });

  it('is no smaller than the window can be, and no larger than a display', () => {
    const last = { bounds: { x: 10, y: 10, width: 5, height: 9000 }, maximized: false };
    expect(placeWindow(last, [display]).bounds).toMatchObject({ width: 900, height: 1080 });
  });
});

describe('the file', () => {
  it('gives back what was written', async () => {
    const file = path.join(folder, 'window.json');
    const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true };
    await writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
  });

  it.each(['', '{}', '[1]', '{"bounds":{"x":"a","y":1,"width":2,"height":3}}', 'null'])(
    'is ignored when it is %j',
    (text) => {
      const file = path.join(folder, 'bad.json');
      writeFileSync(file, text);
      expect(readWindowState(file)).toBeUndefined();
    },
  );

  it('may be missing', () => {
    expect(readWindowState(path.join(folder, 'none.json'))).toBeUndefined();
  });
});
