import type { Notice } from '../../../shared/contract/host.ts';
import { randomId } from '../random-id.ts';

/** Beyond so many the oldest give way. */
const KEPT = 200;

/** What the host found that the user should know, until it is dismissed. Lives as long as the host. */
export class Notices {
  #all: readonly Notice[] = [];

  /** The same code and message is kept once. */
  add(notice: Omit<Notice, 'id'>): void {
    if (this.#all.some(({ code, message }) => code === notice.code && message === notice.message)) return;
    this.#all = [...this.#all, { id: randomId(12), ...notice }].slice(-KEPT);
  }

  /** Oldest first. */
  list(): Notice[] {
    return [...this.#all];
  }

  /** Also where another door has dismissed it before. */
  dismiss(id: string): void {
    this.#all = this.#all.filter((notice) => notice.id !== id);
  }
}
