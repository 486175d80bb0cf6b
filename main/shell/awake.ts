/**
 * The computer's sleep and the guests: while any runs, the system is asked not to suspend the app (App Nap on macOS, and its
 * like); after a sleep that came nevertheless, guests set their clocks, which stood still.
 */
export interface PowerParts {
  /** Electron's powerMonitor. */
  readonly monitor: { on(event: 'resume', listener: () => void): unknown };
  /** Electron's powerSaveBlocker. */
  readonly blocker: { start(type: 'prevent-app-suspension'): number; stop(id: number): unknown };
  /** Tells the host that the computer is awake again. */
  readonly onAwake: () => void;
}

export class Awake {
  readonly #parts: PowerParts;
  #held: number | undefined;

  constructor(parts: PowerParts) {
    this.#parts = parts;
    parts.monitor.on('resume', parts.onAwake);
  }

  /** To be called whenever the number of machines that run changes. */
  update(running: number): void {
    const { blocker } = this.#parts;
    if (running > 0) this.#held ??= blocker.start('prevent-app-suspension');
    else if (this.#held !== undefined) {
      blocker.stop(this.#held);
      this.#held = undefined;
    }
  }
}
