import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** Pixels from the end within which one is at the end. */
const END = 24;
/** Pixels from the beginning at which older entries are asked for. */
const BEGIN = 600;

export interface Follow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly following: boolean;
  readonly toEnd: () => void;
}

/**
 * Keeps the end of `content` in sight while it grows, until somebody scrolls up; then what is in sight stays where it is.
 * `onBegin` is called when the beginning comes near.
 */
export function useFollow(onBegin: () => void): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const follows = useRef(true);
  const begin = useRef(onBegin);
  begin.current = onBegin;

  const set = useCallback((next: boolean) => {
    follows.current = next;
    setFollowing(next);
  }, []);
  const toEnd = useCallback(() => {
    set(true);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [set]);

  useEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    if (!element || !inside) return;
    let before = element.scrollTop;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      if (scrollHeight - scrollTop - clientHeight < END) set(true);
      // Only who moves up leaves the end; what grows beneath moves the end away.
      else if (scrollTop < before - 1) set(false);
      if (scrollTop < BEGIN && !follows.current) {
        // At the very top the browser would keep showing the top instead of what was there.
        if (scrollTop === 0) element.scrollTop = 1;
        begin.current();
      }
      before = element.scrollTop;
    };
    const resized = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
      before = element.scrollTop;
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    resized.observe(inside);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      resized.disconnect();
    };
  }, [set]);

  return { scroller, content, following, toEnd };
}
