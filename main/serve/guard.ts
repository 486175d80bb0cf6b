/** What every request has to pass, and what every answer carries. */
import type { IncomingMessage } from 'node:http';

/**
 * Scripts, images and connections of our own only. Style elements may be inline: xterm.js makes some for its colours and its
 * scroll bar. What a guest writes never becomes markup, and a style cannot fetch anything under this policy.
 */
function contentSecurityPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self' data:",
    // Not every browser counts WebSockets of the same origin as 'self'
    `connect-src 'self' ws://${host}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function securityHeaders(host: string): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(host),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy':
      'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=(), display-capture=(), ' +
      'clipboard-read=(self), clipboard-write=(self), fullscreen=(self)',
  };
}

/**
 * The names that a browser on this computer has for us. Another name that leads here is somebody's who rebinds DNS: then pages
 * of theirs would count as ours.
 */
export function ownHosts(port: number): ReadonlySet<string> {
  return new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
}

export function hostOf(request: IncomingMessage, own: ReadonlySet<string>): string | undefined {
  const host = request.headers.host?.toLowerCase();
  return host !== undefined && own.has(host) ? host : undefined;
}

/** True for a request of a page of ours. Asked of all that do something: browsers send `Origin` with each of those. */
export function isOwnOrigin(request: IncomingMessage, host: string): boolean {
  return request.headers.origin === `http://${host}`;
}

/** The value of the cookie `name`; undefined where there is none, or more than one. */
export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('='))
    .filter(([key]) => key === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}
