/** The one door to guest RAM for everything but harts. */
import { type Layout, PAGE_SHIFT, PAGE_SIZE, RAM_GPA } from './layout.ts';
import { PAGE_STATE } from './page-state.ts';

export type Access = 'read' | 'write';

export interface GuestRam {
  /**
   * The bytes at guest-physical `gpa`, or null where they are not all RAM: a guest may name any address, so that is its
   * mistake and not an error. Asking for `write` marks the pages; the view may be written until the caller returns to
   * its own caller, not longer. A view is of shared memory: what it holds may change while it is read.
   */
  span(gpa: number, length: number, access: Access): Uint8Array | null;
}

export function openGuestRam(memory: { readonly buffer: ArrayBufferLike }, layout: Layout): GuestRam {
  const states = new Uint8Array(memory.buffer, layout.pageState, layout.ramSize / PAGE_SIZE);
  return {
    span(gpa, length, access) {
      const start = gpa - RAM_GPA;
      if (!(length >= 0 && start >= 0 && start + length <= layout.ramSize)) return null;
      if (access === 'write' && length > 0) {
        const last = (start + length - 1) >>> PAGE_SHIFT;
        for (let page = start >>> PAGE_SHIFT; page <= last; page++) {
          Atomics.or(states, page, PAGE_STATE.dirty);
          Atomics.and(states, page, ~PAGE_STATE.code);
        }
      }
      return new Uint8Array(memory.buffer, layout.ramBase + start, length);
    },
  };
}

/** How many pages were written to, by harts or devices, since their state was last cleared. A look in passing: it races with writers. */
export function writtenPages(memory: { readonly buffer: ArrayBufferLike }, layout: Layout): number {
  const states = new Uint8Array(memory.buffer, layout.pageState, layout.ramSize / PAGE_SIZE);
  let pages = 0;
  for (let page = 0; page < states.length; page++) if ((states[page]! & PAGE_STATE.dirty) !== 0) pages++;
  return pages;
}
