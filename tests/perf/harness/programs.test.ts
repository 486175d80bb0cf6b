import { describe, expect, it } from 'vitest';
import { GUEST_COMPILER, HOST_COMPILER, requirePrograms } from './programs.ts';

describe('requirePrograms', () => {
  it('names what is missing and the package that holds it', async () => {
    await expect(requirePrograms([GUEST_COMPILER, 'qemu-system-riscv64'], '/nowhere')).rejects.toMatchObject({
      code: 'bench-program-missing',
      message: 'The benchmark needs riscv64-linux-gnu-gcc, qemu-system-riscv64.',
      nextStep: expect.stringContaining('apt install gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-system-misc'),
    });
  });

  it('is content when nothing is missing', async () => {
    await expect(requirePrograms([], '/nowhere')).resolves.toBeUndefined();
    await expect(requirePrograms([HOST_COMPILER], '/nowhere')).rejects.toThrow('needs gcc');
  });
});
