/** Serves the window's own files under `app://innkeeper/`: nothing else is reachable, and nothing comes from a network. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { APP_ORIGIN } from './navigation.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** xterm.js lays its rows out by style elements that it writes itself, which no hash or nonce could name beforehand. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface AppFile {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What an address of ours holds. The files are listed once: what is not among them does not exist, whatever the path says. */
export async function openAppFiles(folder: string): Promise<(address: string) => Promise<AppFile>> {
  const names = new Set(
    (await fs.readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && TYPES[path.extname(entry.name)] !== undefined)
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')),
  );
  return async (address) => {
    const { pathname } = new URL(address, APP_ORIGIN);
    const name = pathname === '/' ? 'index.html' : decode(pathname.slice(1));
    if (!names.has(name)) return { status: 404, headers: { 'content-type': 'text/plain' }, body: new Uint8Array() };
    const headers = {
      'content-type': TYPES[path.extname(name)] ?? '',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
    };
    return { status: 200, headers, body: new Uint8Array(await fs.readFile(path.join(folder, name))) };
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
