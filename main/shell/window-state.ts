/** Where the window was when it was closed last. */
import { readFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

export const SMALLEST = { width: 900, height: 640 } as const;
const FIRST = { width: 1280, height: 800 } as const;
/** Of a window's top left corner, where its title bar is: so much must be on a display, in pixels, for a hand to reach it. */
const GRIP = 64;

/**
 * Where to open the window: as it was, if a display still shows its title bar, else in the middle of the first display's work
 * area. `displays` are work areas, at least one.
 */
export function placeWindow(last: WindowState | undefined, displays: readonly Rectangle[]): WindowState {
  const [first = { x: 0, y: 0, ...FIRST }] = displays;
  if (last && displays.some((display) => reaches(last.bounds, display))) {
    return { ...last, bounds: { ...last.bounds, ...sizeWithin(last.bounds, displays) } };
  }
  const size = sizeWithin(last?.bounds ?? FIRST, [first]);
  const x = first.x + Math.max(0, Math.round((first.width - size.width) / 2));
  const y = first.y + Math.max(0, Math.round((first.height - size.height) / 2));
  return { bounds: { x, y, ...size }, maximized: last?.maximized ?? false };
}

function sizeWithin(size: { width: number; height: number }, displays: readonly Rectangle[]) {
  const widest = Math.max(...displays.map(({ width }) => width), SMALLEST.width);
  const highest = Math.max(...displays.map(({ height }) => height), SMALLEST.height);
  return {
    width: Math.min(Math.max(size.width, SMALLEST.width), widest),
    height: Math.min(Math.max(size.height, SMALLEST.height), highest),
  };
}

function reaches(window: Rectangle, display: Rectangle): boolean {
  const left = Math.max(window.x, display.x);
  const right = Math.min(window.x + window.width, display.x + display.width);
  return right - left >= GRIP && window.y >= display.y && window.y <= display.y + display.height - GRIP;
}

/** What was saved; undefined where nothing is, or nothing of use. */
export function readWindowState(file: string): WindowState | undefined {
  try {
    const { bounds, maximized } = JSON.parse(readFileSync(file, 'utf8')) as Partial<WindowState>;
    const numbers = [bounds?.x, bounds?.y, bounds?.width, bounds?.height];
    if (!bounds || !numbers.every((value) => Number.isSafeInteger(value))) return undefined;
    const { x, y, width, height } = bounds;
    return { bounds: { x, y, width, height }, maximized: maximized === true };
  } catch {
    return undefined;
  }
}

export async function writeWindowState(file: string, state: WindowState): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(state)}\n`, { fsync: false });
}
