import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import tar from 'tar-stream';

// The package is CommonJS and hides its names from ESM's static analysis.
const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as typeof import('xz-decompress');

const AR_MAGIC = '!<arch>\n';
const AR_HEADER_BYTES = 60;

export interface ArMember {
  name: string;
  /** Where its bytes begin in the file, and how many they are. */
  offset: number;
  size: number;
}

/**
 * The members of an `ar` archive (ar(5), common format) as Debian packages use it: names of at most 16 bytes.
 * `read(offset, size)` returns up to `size` bytes of the file, fewer at its end.
 */
export async function readArMembers(read: (offset: number, size: number) => Promise<Uint8Array>): Promise<ArMember[]> {
  const magic = Buffer.from(await read(0, AR_MAGIC.length)).toString('latin1');
  if (magic !== AR_MAGIC) throw new Error('Not an ar archive');
  const members: ArMember[] = [];
  let offset = AR_MAGIC.length;
  for (;;) {
    const header = Buffer.from(await read(offset, AR_HEADER_BYTES)).toString('latin1');
    if (header.length === 0) return members;
    const size = Number(header.slice(48, 58).trim() || Number.NaN);
    if (header.length < AR_HEADER_BYTES || header.slice(58) !== '`\n' || !Number.isSafeInteger(size)) {
      throw new Error('Damaged ar archive');
    }
    // GNU ar ends names with a slash, Debian's do not.
    members.push({ name: header.slice(0, 16).trim().replace(/\/$/, ''), offset: offset + AR_HEADER_BYTES, size });
    // Members begin at even offsets.
    offset += AR_HEADER_BYTES + size + (size & 1);
  }
}

/** A file, link or directory of a Debian package. Paths have neither leading `./` nor trailing slash. */
export type DebEntry =
  | { kind: 'file'; path: string; mode: number; content: Buffer }
  | { kind: 'symlink'; path: string; target: string }
  | { kind: 'hardlink'; path: string; target: string };

/**
 * Hands every file and link of a package's data archive (deb(5)) to `onEntry`, in archive order, except those that `wants`
 * declines. Throws a plain `Error` for a damaged package. `onEntry` is not async for a reason: the xz decoder serves one
 * stream at a time, so waiting for `unxz` in there would wait for ever.
 */
export async function readDeb(
  debPath: string,
  wants: (path: string) => boolean,
  onEntry: (entry: DebEntry) => void,
): Promise<void> {
  const members = await readArMembers((offset, size) => readRange(debPath, offset, size));
  const data = members.find(({ name }) => name.startsWith('data.tar'));
  if (!data || data.size === 0) throw new Error(`${debPath}: no data.tar in this package`);
  const compressed = createReadStream(debPath, { start: data.offset, end: data.offset + data.size - 1 });
  const extract = tar.extract();
  const unpacking = pipeline([...decompressed(compressed, data.name), extract]);
  // Without a handler now, a failure before the loop below ends would count as unhandled.
  unpacking.catch(() => {});
  for await (const entry of extract) {
    const path = normalize(entry.header.name);
    const wanted = wants(path);
    const { type, mode, linkname } = entry.header;
    const chunks: Buffer[] = [];
    // An entry must be read to its end, wanted or not; `resume()` would be far slower (one turn of the loop per entry).
    for await (const chunk of entry) if (wanted) chunks.push(chunk as Buffer);
    if (!wanted) continue;
    if (type === 'file') onEntry({ kind: 'file', path, mode: (mode ?? 0) & 0o7777, content: Buffer.concat(chunks) });
    else if (type === 'symlink') onEntry({ kind: 'symlink', path, target: linkname ?? '' });
    else if (type === 'link') onEntry({ kind: 'hardlink', path, target: normalize(linkname ?? '') });
  }
  await unpacking;
}

async function readRange(file: string, offset: number, size: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start: offset, end: offset + size - 1 }))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function normalize(tarPath: string): string {
  return tarPath.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

/** The streams that turn a member's bytes into a tar archive. */
function decompressed(stream: Readable, name: string): [Readable, ...Transform[]] {
  const suffix = name.slice(name.lastIndexOf('.') + 1);
  switch (suffix) {
    case 'tar':
      return [stream];
    case 'gz':
      return [stream, createGunzip()];
    case 'zst':
      return [stream, createZstdDecompress()];
    case 'xz':
      return [unxzStream(stream)];
    default:
      throw new Error(`Unknown compression of a package: ${name}`);
  }
}

function unxzStream(stream: Readable): Readable {
  const compressed = Readable.toWeb(stream) as ReadableStream<Uint8Array>;
  return Readable.fromWeb(new XzReadableStream(compressed) as Parameters<typeof Readable.fromWeb>[0]);
}

/** Decompresses a whole .xz file. Throws a plain `Error` for damaged data. */
export async function unxz(bytes: Uint8Array): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of unxzStream(Readable.from([bytes], { objectMode: false }))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
