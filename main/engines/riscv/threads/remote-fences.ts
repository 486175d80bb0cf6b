/**
 * Fences that harts ask of each other. A hart asks by a bit in the other's mailbox, and waits until that is gone or the other
 * is parked: then it will look before its next guest instruction.
 *
 *     initiator                                      target
 *     fence |= bits; attention = 1; notify           state = parked; wait; state = running
 *     until fence == 0 or state == parked            fence = 0, and carries out what was there
 *
 * Both sides write before they read what the other has written, so one of them sees it.
 */
import type { Hart } from '../hart/instance.ts';
import { FENCE, MACHINE_COMMAND } from '../memory/layout.ts';
import { Mailboxes } from './mailbox.ts';

/** How long an initiator sleeps before it looks again, in milliseconds. */
const POLL = 1;

export class RemoteFences {
  readonly #mailboxes: Mailboxes;
  readonly #hart: Hart;

  constructor(mailboxes: Mailboxes, hart: Hart) {
    this.#mailboxes = mailboxes;
    this.#hart = hart;
  }

  /** What others have asked. To be called before the next guest instruction, with `state` set to running first. */
  carryOut(): void {
    const { words } = this.#mailboxes;
    const fences = Atomics.exchange(words, Mailboxes.indexOf(this.#hart.index, 'fence'), 0);
    if (fences === 0) return;
    this.#hart.fence((fences & FENCE.instruction) !== 0, (fences & FENCE.translation) !== 0);
    const done = Mailboxes.indexOf(this.#hart.index, 'fenceDone');
    Atomics.add(words, done, 1);
    Atomics.notify(words, done);
  }

  /** Has `harts`, which may include this one, carry out `fences`; returns when that is certain. */
  request(harts: readonly number[], fences: number): void {
    const { index } = this.#hart;
    for (const hart of harts) {
      Atomics.or(this.#mailboxes.words, Mailboxes.indexOf(hart, 'fence'), fences);
      if (hart !== index) this.#mailboxes.attention(hart);
    }
    this.carryOut();
    for (const hart of harts) if (hart !== index) this.#await(hart);
  }

  #await(hart: number): void {
    const { words } = this.#mailboxes;
    const done = Mailboxes.indexOf(hart, 'fenceDone');
    for (;;) {
      const seen = Atomics.load(words, done);
      if (this.#mailboxes.load(hart, 'fence') === 0 || this.#mailboxes.isParked(hart)) return;
      if (this.#mailboxes.command === MACHINE_COMMAND.stop) return;
      Atomics.wait(words, done, seen, POLL);
      // Two initiators may wait for each other
      this.carryOut();
    }
  }
}
