/** OSC 52: a guest asks for the clipboard. Reading is never answered: it would hand out what other programs copied. */
import { KiB } from '../../shared/base/units.ts';

/** Characters of base64. */
const MAX_REQUEST = 128 * KiB;

export type ClipboardRequest = { readonly kind: 'set'; readonly text: string } | { readonly kind: 'refused' };

/** `data` is what follows `OSC 52 ;`: the selection, a semicolon, and base64 or `?`. */
export function clipboardRequest(data: string, allowed: boolean): ClipboardRequest {
  const at = data.indexOf(';');
  const payload = at === -1 ? '' : data.slice(at + 1);
  if (!allowed || payload === '' || payload === '?' || payload.length > MAX_REQUEST) return { kind: 'refused' };
  try {
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return { kind: 'set', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'refused' };
  }
}
