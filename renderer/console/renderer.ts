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

/** WebGL cuts the width of a character down to whole pixels; text would stand too close where most of a pixel is lost. */
function spacingFor(font: string, size: number): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return 0;
  context.font = `${size}px ${font}`;
  const width = context.measureText('W').width * window.devicePixelRatio;
  return width - Math.floor(width) >= 0.5 ? 1 / window.devicePixelRatio : 0;
}

export class Renderer {
  readonly #terminal: Terminal;
  #webgl: WebglAddon | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** After the terminal was opened. */
  use(preferred: Preferences['console']['renderer']): void {
    if (preferred === 'dom' || !hasGraphicsCard()) {
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

  /** After the font or its size has changed. */
  spaced(): void {
    const { options } = this.#terminal;
    const { fontFamily = 'monospace', fontSize = 13 } = options;
    options.letterSpacing = this.#webgl ? spacingFor(fontFamily, fontSize) : 0;
  }

  #drop(): void {
    this.#webgl?.dispose();
    this.#webgl = undefined;
    this.spaced();
  }
}
