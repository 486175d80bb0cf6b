/** How a terminal is drawn: WebGL where a graphics card does it, else elements. */
import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';
import type { Preferences } from '../../shared/contract/preferences.ts';

let able: boolean | undefined;

/** WebGL computed by the CPU is slower than elements, and takes the guests' time. Looked at once. */
function hasGraphicsCard(): boolean {
  if (able === undefined) {
    const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
    able = context !== null;
    context?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return able;
}

/** Of one character with its spacing, in CSS pixels. */
export interface CellSize {
  readonly width: number;
  readonly height: number;
}

/** As xterm.js measures it. */
function characterSize(font: string, size: number): CellSize | undefined {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return undefined;
  context.font = `${size}px ${font}`;
  const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = context.measureText('W');
  return { width, height: fontBoundingBoxAscent + fontBoundingBoxDescent };
}

/** WebGL cuts the width of a character down to whole pixels; text would stand too close where most of a pixel is lost. */
function spacingFor(font: string, size: number): number {
  const width = (characterSize(font, size)?.width ?? 0) * window.devicePixelRatio;
  return width - Math.floor(width) >= 0.5 ? 1 / window.devicePixelRatio : 0;
}

function usesWebgl(preferred: Preferences['console']['renderer']): boolean {
  return preferred !== 'dom' && hasGraphicsCard();
}

export class Renderer {
  readonly #terminal: Terminal;
  #webgl: WebglAddon | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** After the terminal was opened. */
  use(preferred: Preferences['console']['renderer']): void {
    if (!usesWebgl(preferred)) {
      this.#drop();
      return;
    }
    if (this.#webgl) return;
    const addon = new WebglAddon();
    try {
      this.#terminal.loadAddon(addon);
    } catch {
      // The driver said yes and could not: elements are drawn already.
      addon.dispose();
      return;
    }
    this.#webgl = addon;
    this.spaced();
    // Too many terminals, a driver that was reset, a computer that slept: elements take over at once.
    addon.onContextLoss(() => this.#drop());
  }

  /** What a character is going to take, before the terminal is opened. */
  likelyCell(preferred: Preferences['console']['renderer']): CellSize | undefined {
    const size = characterSize(...this.#font());
    if (!size) return undefined;
    const { devicePixelRatio: ratio } = window;
    return {
      width: usesWebgl(preferred) ? Math.round(size.width * ratio) / ratio : size.width,
      height: Math.ceil(size.height * ratio) / ratio,
    };
  }

  /** After the font or its size has changed. */
  spaced(): void {
    this.#terminal.options.letterSpacing = this.#webgl ? spacingFor(...this.#font()) : 0;
  }

  #font(): [family: string, size: number] {
    const { fontFamily = 'monospace', fontSize = 13 } = this.#terminal.options;
    return [fontFamily, fontSize];
  }

  #drop(): void {
    this.#webgl?.dispose();
    this.#webgl = undefined;
    this.spaced();
  }
}
