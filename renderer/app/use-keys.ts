/** Runs actions by their keys. While a terminal has the focus all keys are the guest's. */
import { useEffect } from 'react';
import { allActions, contextNow, runAction, shortcutOf } from '../actions/actions.ts';
import { useHostConnection } from '../connection/use-host.ts';
import { useDialogs } from '../state/dialogs.ts';
import { isMac, matches } from '../ui/keys.ts';
import { usePalette } from './palette/palette-state.ts';
import { moveRegion } from './regions.ts';

/** An element inside of which keys are not the window's says so with this attribute; terminals do. */
const GUEST_KEYS = '[data-guest-keys], .xterm';

function typesText(target: Element): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useKeys(): void {
  const host = useHostConnection();
  useEffect(() => {
    const mac = isMac(navigator.platform);
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.defaultPrevented || event.isComposing || target.closest(GUEST_KEYS)) return;
      if (useDialogs.getState().open !== null || usePalette.getState().open) return;
      if (event.key === 'F6') {
        event.preventDefault();
        moveRegion(document, event.shiftKey ? -1 : 1);
        return;
      }
      // Letters and signs are text where text is typed; a menu finds its items by them.
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
      if (plain && (typesText(target) || target.closest('[role="menu"], [role="listbox"], [role="dialog"]'))) return;
      const context = contextNow(host);
      const action = allActions().find((each) => {
        const shortcut = shortcutOf(each, host.door);
        return shortcut !== undefined && matches(shortcut, event, mac);
      });
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      runAction(action.id, context);
    };
    // Before a tree or list takes a letter for finding its rows.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [host]);
}
