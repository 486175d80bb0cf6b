/** The window's files: a fixed table, read at start, so that no request ever names a file on the disk. */
import { createHash } from 'node:crypto';
import { existsSync, promises as fs } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InnError } from '../../shared/base/errors.ts';

export interface Asset {
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly immutable: boolean;
  readonly bytes: Buffer;
  /** Where the build left such files beside it. */
  readonly compressed: { readonly br?: Buffer; readonly gzip?: Buffer };
}

/** By the path of a URL, such as `/assets/main-Cx12.js`; the page itself is `/`. */
export type Assets = ReadonlyMap<string, Asset>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.wasm': 'application/wasm',
};
/** Vite puts files with a digest in their names here. */
const HASHED = '/assets/';

/** The folder that `vite build` wrote: in the sources and in the packaged app alike below the product's root. */
export function windowFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const built = path.join(folder, 'build/renderer');
    if (existsSync(path.join(folder, 'package.json')) || path.dirname(folder) === folder) return built;
  }
}

/** Throws `window-not-built` where there is no page. Files of other types than those above are left out. */
export async function readAssets(folder: string): Promise<Assets> {
  const assets = new Map<string, Asset>();
  const names = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of names) {
    const type = TYPES[path.extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = path.join(entry.parentPath, entry.name);
    const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    const bytes = await fs.readFile(file);
    const [br, gzip] = await Promise.all(['.br', '.gz'].map((end) => fs.readFile(file + end).catch(() => undefined)));
    assets.set(url === '/index.html' ? '/' : url, {
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      immutable: url.startsWith(HASHED),
      bytes,
      compressed: { ...(br && { br }), ...(gzip && { gzip }) },
    });
  }
  if (!assets.has('/')) {
    throw new InnError(`The window is not built: there is no index.html in ${folder}`, {
      code: 'window-not-built',
      nextStep: 'From the sources: `npm start` builds and serves it. Otherwise install Innkeeper again.',
    });
  }
  return assets;
}

/** Answers GET and HEAD. */
export function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const accepted = new Set(
    (request.headers['accept-encoding'] ?? '').split(',').map((text) => text.split(';')[0]?.trim()),
  );
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.has(name) && asset.compressed[name]);
  const body = (encoding && asset.compressed[encoding]) ?? asset.bytes;
  response.setHeader('ETag', asset.etag);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('Cache-Control', asset.immutable ? 'private, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === asset.etag) {
    response.writeHead(304).end();
    return;
  }
  if (encoding) response.setHeader('Content-Encoding', encoding);
  response.writeHead(200, { 'Content-Type': asset.type, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
