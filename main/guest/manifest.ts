import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError } from '../../shared/base/errors.ts';

export type KernelKind = 'stock' | 'small';

export interface ManifestFile {
  /** Name inside the guest folder. */
  file: string;
  bytes: number;
  sha256: string;
}

/** `manifest.json` of a guest folder: what is in it and where it came from. */
export interface GuestManifest {
  format: 1;
  kind: KernelKind;
  /** Digest of the inputs it was made from. */
  key: string;
  /** What `uname -r` prints in the guest. */
  kernelRelease: string;
  suite: string;
  packages: { name: string; version: string; sha256: string }[];
  files: {
    /** A raw RISC-V `Image`. */
    kernel: ManifestFile;
    /** Root file system: busybox, scripts, modules. */
    initrd: ManifestFile;
    /** crun, e2fsprogs and their libraries: an archive to append to the initrd. */
    containers: ManifestFile;
  };
}

/** A guest that is ready to boot. Paths are absolute. */
export interface Guest {
  dir: string;
  kernel: string;
  initrd: string;
  containers: string;
  manifest: GuestManifest;
}

export const MANIFEST_FILE = 'manifest.json';
const PARTS = ['kernel', 'initrd', 'containers'] as const;

export function describeFile(file: string, content: Uint8Array): ManifestFile {
  return { file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/**
 * Opens a guest folder. Checks that its manifest is one of ours and that its files have the promised sizes, with `digests`
 * also their contents (a tenth of a second). Throws `InnError`: `guest-not-found`, `guest-manifest` or `guest-damaged`.
 */
export async function openGuest(dir: string, options: { digests: boolean }): Promise<Guest> {
  const manifest = parseManifest(await readManifest(dir), dir);
  const paths = { kernel: '', initrd: '', containers: '' };
  for (const part of PARTS) {
    const { file, bytes, sha256 } = manifest.files[part];
    paths[part] = path.resolve(dir, file);
    const size = await fs.stat(paths[part]).then(
      (stat) => stat.size,
      () => -1,
    );
    const intact =
      size === bytes && (!options.digests || describeFile(file, await fs.readFile(paths[part])).sha256 === sha256);
    if (!intact) {
      throw new InnError(`The guest's ${part} is ${size < 0 ? 'missing' : 'damaged'}: ${paths[part]}`, {
        code: 'guest-damaged',
        nextStep: 'Build the guest again with --force, or copy the guest folder again from where it was made.',
      });
    }
  }
  return { dir: path.resolve(dir), ...paths, manifest };
}

async function readManifest(dir: string): Promise<string> {
  try {
    return await fs.readFile(path.join(dir, MANIFEST_FILE), 'utf8');
  } catch (cause) {
    throw new InnError(`No guest in this folder: ${dir}`, {
      code: 'guest-not-found',
      nextStep: `Name a folder that the guest builder made: it holds a kernel, an initrd and ${MANIFEST_FILE}.`,
      cause,
    });
  }
}

/** Files from elsewhere are not trusted: every field that is used is checked, and no file may lie outside the folder. */
export function parseManifest(text: string, dir: string): GuestManifest {
  const bad = (what: string, cause?: unknown): InnError =>
    new InnError(`${path.join(dir, MANIFEST_FILE)}: ${what}`, {
      code: 'guest-manifest',
      nextStep: 'Build the guest with this version of Innkeeper, or take a guest folder that was made with it.',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad('not JSON', cause);
  }
  if (!isRecord(value)) throw bad('not a manifest');
  if (value.format !== 1) throw bad(`format ${String(value.format)} is not known here`);
  if (value.kind !== 'stock' && value.kind !== 'small') throw bad('kind is neither stock nor small');
  for (const field of ['key', 'kernelRelease', 'suite']) {
    if (typeof value[field] !== 'string') throw bad(`${field} is missing`);
  }
  if (!Array.isArray(value.packages)) throw bad('packages is missing');
  const files = value.files;
  if (!isRecord(files)) throw bad('files is missing');
  for (const part of PARTS) {
    const entry = files[part];
    const valid =
      isRecord(entry) &&
      typeof entry.file === 'string' &&
      path.basename(entry.file) === entry.file &&
      entry.file !== '..' &&
      Number.isSafeInteger(entry.bytes) &&
      /^[0-9a-f]{64}$/.test(String(entry.sha256));
    if (!valid) throw bad(`files.${part} is missing or wrong`);
  }
  return value as unknown as GuestManifest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
