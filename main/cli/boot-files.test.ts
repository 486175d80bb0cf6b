import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../shared/base/units.ts';
import { linuxImage } from '../../tests/fixtures/linux-image.ts';
import { openBoot } from './boot-files.ts';
import type { TryOptions } from './try-options.ts';

let folder: string;
const at = (name: string) => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inn-boot-files-'));
  writeFileSync(at('Image'), linuxImage({ size: 65536 }));
  writeFileSync(at('initrd'), '070701');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options: TryOptions = {
  cores: 1,
  memory: 64 * MiB,
  clock: 'wall',
  kernel: { kind: 'none' },
  initrd: undefined,
  bios: undefined,
  append: undefined,
  transport: 'pci',
  jit: { kind: 'off', threshold: 1 },
};
const open = (changes: Partial<TryOptions>) => openBoot({ ...options, ...changes }, () => {});
const kernel = (name: string) => ({ kind: 'file', file: at(name) }) as const;

describe('openBoot', () => {
  it('starts the files that were named, with what was added to the command line', async () => {
    const boot = await open({ kernel: kernel('Image'), initrd: at('initrd'), append: 'quiet x=1' });
    expect(boot).toMatchObject({ console: 'hvc0', title: at('Image') });
    expect(boot.bootArguments).toMatch(/ quiet x=1$/);
    const files = await boot.loadFiles();
    expect([files.kernel?.file, files.initrd?.file, files.bios]).toEqual([at('Image'), at('initrd'), undefined]);
  });

  it('starts firmware on the UART', async () => {
    expect(await open({ bios: at('Image') })).toMatchObject({ console: 'ttyS0', title: at('Image') });
  });

  it('guest-not-found', async () => {
    await expect(open({ kernel: { kind: 'guest', name: 'stock', folder: '/nonexistent' } })).rejects.toMatchObject({
      code: 'guest-not-found',
    });
  });
});
