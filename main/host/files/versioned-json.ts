/** JSON files that outlive the version that wrote them: written whole or not at all, checked and migrated when read. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { z } from 'zod';
import { InnError } from '../../../shared/base/errors.ts';

/** A plain object as JSON has it. */
export type JsonObject = Record<string, unknown>;

export interface VersionedFormat<S extends z.ZodType> {
  /** For people: what such a file holds, as in "a machine's settings". */
  readonly what: string;
  /** The version that is written; 1 or more. */
  readonly version: number;
  readonly schema: S;
  /** `migrations[n]` turns the content of version n into that of n + 1: one for each version before the current one. */
  readonly migrations: Readonly<Record<number, (old: JsonObject) => JsonObject>>;
}

/**
 * The file's content; undefined where there is no such file. Throws an `InnError`: `file-damaged` for what is not JSON or not
 * what the schema asks for, `file-too-new` for a version that this Innkeeper does not know, `file-unreadable`.
 */
export async function readVersioned<S extends z.ZodType>(
  file: string,
  format: VersionedFormat<S>,
): Promise<z.output<S> | undefined> {
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new InnError(`${file} cannot be read: ${(cause as Error).message}`, {
      code: 'file-unreadable',
      nextStep: 'Check that it is a file that you may read, and that its disk is well.',
      cause,
    });
  }
  const { version, ...content } = parseObject(text, file, format.what);
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw damaged(file, format.what, 'it has no version');
  }
  if (version > format.version) {
    throw new InnError(
      `${file} has version ${version} of ${format.what}; this Innkeeper knows up to ${format.version}`,
      {
        code: 'file-too-new',
        nextStep: 'A newer Innkeeper wrote it: use that one, or move the file away.',
      },
    );
  }
  const migrated = migrate(content, version, file, format);
  const parsed = format.schema.safeParse(migrated);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(file, format.what, `${issue?.path.join('.') || 'content'}: ${issue?.message}`);
  }
  return parsed.data;
}

function migrate(content: JsonObject, version: number, file: string, format: VersionedFormat<z.ZodType>): JsonObject {
  let migrated = content;
  for (let from = version; from < format.version; from++) {
    const step = format.migrations[from];
    if (!step) throw new Error(`no migration of ${format.what} from version ${from}`);
    try {
      migrated = step(migrated);
    } catch (cause) {
      // Migrations may rely on what their version asked for
      throw damaged(file, format.what, `it is not what version ${from} was`, cause);
    }
  }
  return migrated;
}

/**
 * Replaces the file: after a crash at any moment it is the old or the new one. On the disk when this resolves. Throws an
 * `InnError` `file-unwritable` where that cannot be; then the old file is as it was.
 */
export async function writeVersioned<S extends z.ZodType>(
  file: string,
  format: VersionedFormat<S>,
  value: z.input<S>,
): Promise<void> {
  const content = format.schema.parse(value) as JsonObject;
  try {
    await writeFileAtomic(file, `${JSON.stringify({ version: format.version, ...content }, null, 2)}\n`);
    await syncFolder(path.dirname(file));
  } catch (cause) {
    const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
    throw new InnError(`${file} cannot be written: ${(cause as Error).message}`, {
      code: full ? 'disk-full' : 'file-unwritable',
      nextStep: full ? 'Make room on its disk.' : 'See that its folder is yours and may be written to.',
      cause,
    });
  }
}

/** A new name for a file is safe from a power cut once its folder is. Windows has no such thing, some disks neither. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function parseObject(text: string, file: string, what: string): JsonObject {
  let value: unknown;
  try {
    // Some editors begin a file with a byte order mark
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw damaged(file, what, (cause as Error).message, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(file, what, 'not an object');
  return value as JsonObject;
}

function damaged(file: string, what: string, why: string, cause?: unknown): InnError {
  return new InnError(`${file} is damaged and does not hold ${what}: ${why}`, {
    code: 'file-damaged',
    nextStep: 'Mend it by hand, restore it from a backup, or move it away.',
    cause,
  });
}
