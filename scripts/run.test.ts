import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inn-run-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a TypeScript program through `run.mjs`, in an environment where any use of npm fails. */
function run(program: string, ...args: string[]) {
  const file = path.join(folder, 'program.ts');
  writeFileSync(file, program);
  const noNpm = path.join(folder, 'no-npm.js');
  writeFileSync(noNpm, 'process.exit(99);');
  const env = { ...process.env, npm_execpath: noNpm };
  return spawnSync(process.execPath, [RUN, file, ...args], { encoding: 'utf8', env });
}

describe('run.mjs', () => {
  it('runs TypeScript under Node 24 and installs nothing that is already there', () => {
    const result = run('const major: string = process.version.slice(1, 3); console.log(Number(major) >= 24);');
    expect(result).toMatchObject({ stdout: 'true\n', stderr: '', status: 0 });
  });

  it('passes arguments and the exit status on', () => {
    const result = run('process.exit(process.argv.length === 4 && process.argv[3] === "b c" ? 42 : 1);', 'a', 'b c');
    expect(result.status).toBe(42);
  });

  it.skipIf(process.platform === 'win32')('reports death by signal as shells do', () => {
    expect(run('process.kill(process.pid, "SIGKILL");').status).toBe(128 + 9);
  });
});
