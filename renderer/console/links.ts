/** Which of the addresses that a guest prints may be opened, once the user has agreed. */

export type LinkCheck =
  | {
      readonly ok: true;
      /** As the browser will take it: international names in ASCII, so that look-alike letters show. */
      readonly url: string;
      readonly host: string;
      /** What stands before and after the host in `url`. */
      readonly before: string;
      readonly after: string;
    }
  | { readonly ok: false; readonly why: 'unreadable' | 'scheme' | 'sign-in' | 'too-long' };

const SCHEMES = new Set(['http:', 'https:']);
/** Characters: what browsers agree on, and enough to be read in a question. */
export const MAX_LINK = 2048;

export function checkLink(address: string): LinkCheck {
  if (address.length > MAX_LINK) return { ok: false, why: 'too-long' };
  if (!URL.canParse(address)) return { ok: false, why: 'unreadable' };
  const url = new URL(address);
  if (!SCHEMES.has(url.protocol)) return { ok: false, why: 'scheme' };
  // http://bank.example@evil.example shows one host and leads to another.
  if (url.username !== '' || url.password !== '') return { ok: false, why: 'sign-in' };
  const before = `${url.protocol}//`;
  return { ok: true, url: url.href, host: url.host, before, after: url.href.slice(before.length + url.host.length) };
}
