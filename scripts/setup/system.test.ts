import { afterEach, describe, expect, it } from 'vitest';
import { ensureTools, TEST_TOOLS } from './system.mjs';

const PATH = process.env.PATH;

afterEach(() => {
  process.env.PATH = PATH;
});

describe('ensureTools', () => {
  it('names every missing program, its package and a way to get it where there is no apt', async () => {
    process.env.PATH = '';
    const missing = await ensureTools(TEST_TOOLS).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(missing).toMatchObject({ name: 'SetupError', nextStep: expect.stringContaining('package manager') });
    const { message } = missing as Error;
    expect(message).toContain('this system has no apt-get');
    expect(message).toMatch(/qemu-riscv64 \(.*; Debian package qemu-user\)/);
    expect(message).toMatch(/gdb-multiarch \(.*; Debian package gdb-multiarch\)/);
  });
});
