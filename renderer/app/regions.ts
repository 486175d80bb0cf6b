/** F6 moves between the parts of the window: tree, page, status bar. Each remembers what had the focus in it. */

const TABBABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex]:not([tabindex^="-"])';

const lastIn = new WeakMap<Element, HTMLElement>();

function visible(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true });
}

function firstIn(region: Element): HTMLElement | undefined {
  const before = lastIn.get(region);
  if (before?.isConnected && visible(before)) return before;
  const chosen = region.querySelector<HTMLElement>('[aria-selected="true"][tabindex="0"]');
  if (chosen) return chosen;
  return [...region.querySelectorAll<HTMLElement>(TABBABLE)].find(visible);
}

/** The regions in the order of the page, starting after (or before) the one that has the focus. */
export function after<T>(regions: readonly T[], current: T | undefined, step: -1 | 1): readonly T[] {
  const at = current === undefined ? -1 : regions.indexOf(current);
  if (at === -1) return step === 1 ? regions : regions.toReversed();
  const turned = [...regions.slice(at + 1), ...regions.slice(0, at)];
  return step === 1 ? turned : turned.toReversed();
}

export function moveRegion(page: Document, step: -1 | 1): void {
  const { activeElement } = page;
  const current = activeElement?.closest('[data-region]') ?? undefined;
  if (current && activeElement instanceof HTMLElement) lastIn.set(current, activeElement);
  const regions = [...page.querySelectorAll('[data-region]')].filter(visible);
  for (const region of after(regions, current, step)) {
    const target = firstIn(region);
    if (target) {
      target.focus();
      return;
    }
  }
}
