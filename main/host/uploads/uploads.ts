import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError } from '../../../shared/base/errors.ts';
import { formatBytes, GiB } from '../../../shared/base/units.ts';
import type { ResultOf } from '../../../shared/contract/contract.ts';
import type { FileRef } from '../../../shared/contract/upload.ts';
import { makeFolder } from '../../platform/folders.ts';
import { randomId } from '../random-id.ts';
import { inspectFile } from './inspect.ts';

/** Bytes of one upload. */
const MAX_BYTES = 4 * GiB;
/** Uploads at a time. */
const MAX_UPLOADS = 32;
/** Milliseconds without a word after which an upload counts as abandoned. */
const ABANDONED = 60 * 60_000;
const LOOK_EVERY = 60_000;
const MAKE_ROOM = "Make room on the disk of Innkeeper's data folder.";

interface Upload {
  readonly id: string;
  /** As its owner calls it: for people, never a path. */
  readonly name: string;
  readonly bytes: number;
  readonly file: string;
  readonly handle: fs.FileHandle;
  received: number;
  touchedAt: number;
  /** Somebody reads it: it must not go away. */
  users: number;
  /** Writes one after the other. */
  last: Promise<unknown>;
}

/** A file that somebody handed over, wherever it lies. */
export interface GivenFile {
  readonly path: string;
  /** For people. */
  readonly name: string;
  readonly bytes: number;
  /** To be called once it is copied or no longer needed; an upload is deleted by it, a file of the user's is not. */
  discard(): Promise<void>;
}

/** Files on their way into the host, from doors that have no paths to name. None survives the host. */
export class Uploads {
  readonly #folder: string;
  readonly #uploads = new Map<string, Upload>();
  /** Those that are about to be in `#uploads`. */
  #opening = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes what an earlier host left in the folder, which is for uploads alone. */
  static async open(folder: string): Promise<Uploads> {
    await fs.rm(folder, { recursive: true, force: true });
    await makeFolder(folder);
    return new Uploads(folder);
  }

  async begin({ name, bytes }: { name: string; bytes: number }): Promise<{ id: string }> {
    if (bytes > MAX_BYTES) {
      throw new InnError(`${name} has ${formatBytes(bytes)}; an upload may have up to ${formatBytes(MAX_BYTES)}`, {
        code: 'upload-too-large',
        nextStep: "Put the file on the host's computer and give its path instead.",
      });
    }
    if (this.#uploads.size + this.#opening >= MAX_UPLOADS) {
      throw new InnError(`There are ${MAX_UPLOADS} uploads already`, {
        code: 'too-many-uploads',
        nextStep: 'Wait until one is done, or cancel one.',
      });
    }
    const id = randomId(16);
    const file = path.join(this.#folder, id);
    this.#opening++;
    const handle = await this.#create(file, name, bytes).finally(() => this.#opening--);
    const touchedAt = Date.now();
    const upload: Upload = {
      ...{ id, name, bytes, file, handle, touchedAt },
      ...{ received: 0, users: 0, last: Promise.resolve() },
    };
    this.#uploads.set(id, upload);
    this.#timer ??= setInterval(() => this.#removeAbandoned(), LOOK_EVERY).unref();
    return { id };
  }

  /** On the disk when it resolves. */
  write({ id, offset, bytes }: { id: string; offset: number; bytes: Uint8Array }): Promise<void> {
    const upload = this.#find(id);
    const done = upload.last.then(() => this.#write(upload, offset, bytes));
    upload.last = done.catch(() => {});
    return done;
  }

  /** Also of one that is not there any more. Who uses the file already keeps it until the end. */
  async cancel(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    if (!upload) return;
    this.#forget(upload);
    if (upload.users === 0) await this.#delete(upload);
  }

  /** The file behind a reference, whole and readable. The caller calls `discard` in the end. */
  async resolve(ref: FileRef): Promise<GivenFile> {
    if ('path' in ref) return localFile(ref.path);
    const upload = this.#find(ref.upload);
    await upload.last;
    if (upload.received < upload.bytes) {
      throw new InnError(`Of ${upload.name} only ${upload.received} of ${upload.bytes} bytes have arrived`, {
        code: 'upload-incomplete',
        nextStep: 'Send the rest, or choose the file again.',
      });
    }
    upload.touchedAt = Date.now();
    upload.users++;
    let discarded = false;
    return {
      path: upload.file,
      name: upload.name,
      bytes: upload.bytes,
      discard: async () => {
        if (discarded) return;
        discarded = true;
        this.#forget(upload);
        await this.#release(upload);
      },
    };
  }

  /** What a file is, by its content. The upload stays. */
  async inspect(ref: FileRef): Promise<ResultOf<'file.inspect'>> {
    if ('path' in ref) return inspectFile(await localFile(ref.path));
    const upload = this.#find(ref.upload);
    const file = await this.resolve(ref);
    try {
      return await inspectFile(file);
    } finally {
      await this.#release(upload);
    }
  }

  async #create(file: string, name: string, bytes: number): Promise<fs.FileHandle> {
    const { bavail, bsize } = await fs.statfs(this.#folder);
    if (bytes > bavail * bsize) {
      throw new InnError(`${name} has ${formatBytes(bytes)}, but only ${formatBytes(bavail * bsize)} are free`, {
        code: 'disk-full',
        nextStep: MAKE_ROOM,
      });
    }
    return fs.open(file, 'wx', 0o600);
  }

  async #write(upload: Upload, offset: number, bytes: Uint8Array): Promise<void> {
    // Cancelled while this waited for its turn
    if (this.#uploads.get(upload.id) !== upload) throw notFound();
    if (offset !== upload.received) {
      throw new InnError(`${upload.name}: a piece for offset ${offset} came where ${upload.received} was expected`, {
        code: 'upload-out-of-order',
        nextStep: `Go on at offset ${upload.received}.`,
        details: { expected: upload.received },
      });
    }
    if (offset + bytes.length > upload.bytes) {
      throw new InnError(`${upload.name} was said to have ${upload.bytes} bytes, but more came`, {
        code: 'upload-too-long',
        nextStep: 'Choose the file again: it grew while it was sent.',
      });
    }
    await writeWhole(upload, offset, bytes);
    upload.received += bytes.length;
    upload.touchedAt = Date.now();
  }

  #find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload) throw notFound();
    return upload;
  }

  /** Nobody can name it any more. */
  #forget(upload: Upload): void {
    this.#uploads.delete(upload.id);
    if (this.#uploads.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One user less; the last one of an upload that is forgotten deletes the file. */
  async #release(upload: Upload): Promise<void> {
    upload.users--;
    if (upload.users === 0 && this.#uploads.get(upload.id) !== upload) await this.#delete(upload);
  }

  async #delete(upload: Upload): Promise<void> {
    await upload.last;
    await upload.handle.close();
    await fs.rm(upload.file, { force: true });
  }

  #removeAbandoned(): void {
    const before = Date.now() - ABANDONED;
    for (const upload of this.#uploads.values()) {
      // What cannot be removed now is when the host opens the folder next
      if (upload.touchedAt < before && upload.users === 0) this.cancel(upload.id).catch(() => {});
    }
  }
}

async function writeWhole(upload: Upload, offset: number, bytes: Uint8Array): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await upload.handle.write(bytes, done, bytes.length - done, offset + done);
      done += bytesWritten;
    }
  } catch (cause) {
    const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
    throw new InnError(`${upload.name} cannot be kept: ${(cause as Error).message}`, {
      code: full ? 'disk-full' : 'upload-failed',
      nextStep: full ? MAKE_ROOM : 'Check the disk, and choose the file again.',
      cause,
    });
  }
}

function notFound(): InnError {
  return new InnError('There is no such upload', {
    code: 'upload-not-found',
    nextStep: 'Choose the file again: an upload that nobody uses is removed after an hour, and when the host ends.',
  });
}

async function localFile(file: string): Promise<GivenFile> {
  if (!path.isAbsolute(file) || file.includes('\0')) {
    throw new InnError(`Not an absolute path: ${file}`, {
      code: 'path-not-absolute',
      nextStep: 'Give the whole path, from the root of the disk.',
    });
  }
  const stat = await fs.stat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      throw new InnError(`There is no file ${file}`, {
        code: 'file-not-found',
        nextStep: 'Check the path, or choose another file.',
        cause,
      });
    }
    throw notReadable(file, cause);
  });
  if (!stat.isFile()) {
    throw new InnError(`${file} is ${stat.isDirectory() ? 'a folder' : 'a device or the like'}, not a file`, {
      code: 'not-a-file',
      nextStep: 'Choose a file.',
    });
  }
  await fs.access(file, fs.constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
    throw notReadable(file, cause);
  });
  return { path: file, name: path.basename(file), bytes: stat.size, discard: async () => {} };
}

function notReadable(file: string, cause: Error): InnError {
  return new InnError(`${file} cannot be read: ${cause.message}`, {
    code: 'file-not-readable',
    nextStep: 'Check that you may read it, or choose another file.',
    cause,
  });
}
