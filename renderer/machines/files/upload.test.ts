import { expect, test } from 'vitest';
import type { ArgsIn, Calls, ResultOf } from '../../../shared/contract/contract.ts';
import { UPLOAD_CHUNK } from '../../../shared/contract/limits.ts';
import type { HostConnection } from '../../connection/host.ts';
import { upload } from './upload.ts';

function fakeHost(failAt = Number.POSITIVE_INFINITY) {
  const received: Uint8Array[] = [];
  const calls: string[] = [];
  const host: Pick<HostConnection, 'call'> = {
    call: async <K extends Calls>(method: K, args: ArgsIn<K>): Promise<ResultOf<K>> => {
      calls.push(method);
      if (method === 'upload.begin') return { id: 'up' } as ResultOf<K>;
      if (method === 'upload.write') {
        const { offset, bytes } = args as ArgsIn<'upload.write'>;
        if (offset >= failAt) throw new Error('the disk is full');
        expect(offset).toBe(received.reduce((sum, each) => sum + each.length, 0));
        expect(bytes.length).toBeLessThanOrEqual(UPLOAD_CHUNK);
        received.push(bytes);
      }
      return null as ResultOf<K>;
    },
  };
  return { host, calls, received };
}

function fileOf(length: number): File {
  return new File([Uint8Array.from({ length }, (_, at) => at % 251)], 'Image');
}

test('a file arrives in order, in pieces, with progress to the end', async () => {
  const { host, received } = fakeHost();
  const file = fileOf(2 * UPLOAD_CHUNK + 5);
  const progress: number[] = [];
  const signal = new AbortController().signal;
  expect(await upload(host, file, { signal, onProgress: (share) => progress.push(share) })).toEqual({ upload: 'up' });
  expect(Buffer.concat(received).equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
  expect(progress).toHaveLength(3);
  expect(progress.at(-1)).toBe(1);
});

test('an empty file is handed over too', async () => {
  const { host, calls } = fakeHost();
  await upload(host, fileOf(0), { signal: new AbortController().signal, onProgress: () => {} });
  expect(calls).toEqual(['upload.begin']);
});

test('what fails leaves nothing behind', async () => {
  const { host, calls } = fakeHost(UPLOAD_CHUNK);
  const sent = upload(host, fileOf(3 * UPLOAD_CHUNK), { signal: new AbortController().signal, onProgress: () => {} });
  await expect(sent).rejects.toThrow('the disk is full');
  expect(calls.at(-1)).toBe('upload.cancel');
});

test('what is cancelled leaves nothing behind', async () => {
  const { host, calls } = fakeHost();
  const controller = new AbortController();
  const sent = upload(host, fileOf(3 * UPLOAD_CHUNK), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  expect(calls).toEqual(['upload.begin', 'upload.write', 'upload.cancel']);
});
