/** Work that makes harts meet: futexes, forks, signals and changing page tables, and the shell's own bustle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { Inn } from '../fixtures/console.ts';
import { compilerMissing, initrdWith } from '../fixtures/guest-program.ts';

const SOURCE = fileURLToPath(new URL('./programs/stress.c', import.meta.url));

let inn: Inn | undefined;
afterEach(async () => inn?.dispose());

test.for([
  ['small', 1, 1],
  ['small', 2, 2],
  ['stock', 4, 1],
] as const)('the %s kernel on %d harts', async ([kernel, harts, times], { skip }) => {
  skip(compilerMissing !== undefined, compilerMissing);
  const own = mkdtempSync(path.join(tmpdir(), 'inn-stress-'));
  try {
    const initrd = await initrdWith(SOURCE, kernel, own);
    inn = await Inn.boot(['--kernel', kernel, '--initrd', initrd, '--cores', String(harts), '--append', 'quiet']);
    for (let i = 0; i < times; i++) {
      const { output, status } = await inn.run('/program');
      expect(output).toContain('stress: ok');
      expect(status).toBe(0);
    }
    const jobs = await inn.run(
      'i=0; while [ $i -lt 24 ]; do (echo $i | cat | cat >>/tmp/jobs) & i=$((i + 1)); done; wait; sort -nu /tmp/jobs | wc -l',
    );
    expect(jobs.output.trim().split(/\s+/).at(-1)).toBe('24');
    const kills = await inn.run(
      'n=0; for i in 1 2 3 4 5 6 7 8; do sleep 1000 & kill -KILL $!; wait $! || n=$((n + 1)); done; echo killed $n',
    );
    expect(kills.output).toContain('killed 8');
    const copied = await inn.run(
      'dd if=/dev/urandom of=/tmp/a bs=64k count=64 2>/dev/null && gzip -c /tmp/a | gunzip >/tmp/b && cmp /tmp/a /tmp/b',
    );
    expect(copied.status).toBe(0);
    inn.type('poweroff\n');
    expect(await inn.end()).toEqual({ status: 0, signal: null });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
});
