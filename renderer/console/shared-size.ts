/**
 * All viewers of a console share one size. It is the one of the viewer that had the focus last; the others show the terminal as
 * it is. Changes are gathered: a guest redraws its whole screen for each.
 */
const GATHER_MS = 120;

export class SharedSize {
  readonly #tell: (columns: number, rows: number) => void;
  #ours = true;
  /** What the host knows. */
  #known = '';
  /** Told by us, and not yet heard back: newest last. */
  #told: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (columns: number, rows: number) => void) {
    this.#tell = tell;
  }

  /** Whether this viewer gives the size. True until another is heard of. */
  get isOurs(): boolean {
    return this.#ours;
  }

  /** This viewer has the focus. */
  own(): void {
    this.#ours = true;
  }

  tell(columns: number, rows: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const size = `${columns} ${rows}`;
      if (!this.#ours || size === this.#known) return;
      this.#known = size;
      this.#told.push(size);
      this.#tell(columns, rows);
    }, GATHER_MS);
  }

  /** The host says a size. True if it is another viewer's, to be taken over; while this one has the focus it gives its own again. */
  heard(columns: number, rows: number): boolean {
    const size = `${columns} ${rows}`;
    const mine = this.#told.indexOf(size);
    if (mine !== -1) {
      // The host leaves out sizes that others followed at once.
      this.#told.splice(0, mine + 1);
      return false;
    }
    this.#known = size;
    this.#ours = false;
    return true;
  }

  /** The host may not know what it was told. */
  notTold(): void {
    this.#known = '';
    this.#told = [];
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
