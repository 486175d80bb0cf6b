/**
 * Writer for the "newc" cpio archives that Linux unpacks into its initial root
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Archives may be concatenated; later files replace earlier ones.
 */

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';
const HEADER_BYTES = 110;

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;

/** What a path of the archive is. `mode` holds permission bits only. Owner is always root, time always 0. */
export type CpioNode =
  | { kind: 'directory'; mode: number }
  | { kind: 'file'; mode: number; content: Uint8Array }
  | { kind: 'symlink'; target: string }
  | { kind: 'character-device'; mode: number; major: number; minor: number };

/** Paths without leading slash, such as `usr/bin/busybox`. */
export type FileTree = Map<string, CpioNode>;

/**
 * One archive with the tree's paths in byte order and missing parent directories (mode 755) added, padded with zeros to
 * 512 bytes. The same tree gives the same bytes whatever the order of insertion.
 */
export function writeCpio(tree: ReadonlyMap<string, CpioNode>): Uint8Array {
  const entries = withParents(tree);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const push = (chunk: Uint8Array, align: number) => {
    const padding = -(size + chunk.length) & (align - 1);
    chunks.push(chunk, new Uint8Array(padding));
    size += chunk.length + padding;
  };
  entries.forEach(([path, node], index) => {
    const body = bodyOf(node);
    push(header(path, { ino: index + 1, body: body.length, node }), 4);
    push(body, 4);
  });
  push(header(TRAILER, { ino: 0, body: 0, node: undefined }), 512);
  return Buffer.concat(chunks, size);
}

/** Entries sorted so that a directory comes before what it holds. */
function withParents(tree: ReadonlyMap<string, CpioNode>): [string, CpioNode][] {
  const all = new Map<string, CpioNode>();
  for (const [path, node] of tree) {
    if (path === '' || path.startsWith('/') || path.split('/').some((part) => part === '' || part === '..')) {
      throw new Error(`Not a path inside an archive: "${path}"`);
    }
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      const there = tree.get(parent);
      if (there && there.kind !== 'directory') throw new Error(`"${parent}" holds "${path}" but is a ${there.kind}`);
      if (!there) all.set(parent, { kind: 'directory', mode: 0o755 });
    }
    all.set(path, node);
  }
  return [...all].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function bodyOf(node: CpioNode): Uint8Array {
  if (node.kind === 'file') return node.content;
  if (node.kind === 'symlink') return Buffer.from(node.target);
  return new Uint8Array(0);
}

function header(path: string, of: { ino: number; body: number; node: CpioNode | undefined }): Uint8Array {
  const name = Buffer.from(`${path}\0`);
  const { node } = of;
  const device = node?.kind === 'character-device' ? node : { major: 0, minor: 0 };
  const links = node?.kind === 'directory' ? 2 : 1;
  // c_ino, c_mode, c_uid, c_gid, c_nlink, c_mtime, c_filesize, c_maj, c_min, c_rmaj, c_rmin, c_namesize, c_chksum
  const fields = [of.ino, modeOf(node), 0, 0, links, 0, of.body, 0, 0, device.major, device.minor, name.length, 0];
  const text = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  if (text.length !== HEADER_BYTES) throw new Error(`A field of "${path}" is beyond 32 bits`);
  return Buffer.concat([Buffer.from(text, 'latin1'), name]);
}

function modeOf(node: CpioNode | undefined): number {
  switch (node?.kind) {
    case undefined:
      return 0;
    case 'directory':
      return S_IFDIR | node.mode;
    case 'file':
      return S_IFREG | node.mode;
    case 'symlink':
      return S_IFLNK | 0o777;
    case 'character-device':
      return S_IFCHR | node.mode;
  }
}

/** A file of an overlay: its content, or content and permission bits (755 by default, so that programs just run). */
export type OverlayFile = string | Uint8Array | { content: string | Uint8Array; mode: number };

/**
 * An archive to append to a guest's initrd: the kernel unpacks archive after archive, so its files replace the guest's.
 * Keys are absolute or relative paths, such as `/init`. Parents of a path must be real directories of the guest: programs
 * go to `/usr/bin`, for `/bin` and `/sbin` are links to it.
 */
export function overlayArchive(files: Readonly<Record<string, OverlayFile>>): Uint8Array {
  const tree: FileTree = new Map();
  for (const [path, file] of Object.entries(files)) {
    const { content, mode } =
      typeof file === 'string' || file instanceof Uint8Array ? { content: file, mode: 0o755 } : file;
    tree.set(path.replace(/^\/+/, ''), { kind: 'file', mode, content: Buffer.from(content) });
  }
  return writeCpio(tree);
}

/** Archives joined as the kernel accepts them: each begins at a multiple of 4 bytes. */
export function joinArchives(archives: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(archives.flatMap((archive) => [archive, new Uint8Array(-archive.length & 3)]));
}
