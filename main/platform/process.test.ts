import { expect, test } from 'vitest';
import { ChildProcessError, findProgram, lastLines, run } from './process.ts';

const node = process.execPath;

test('output and lines of a program that succeeds', async () => {
  const lines: string[] = [];
  const script = "process.stdout.write('a\\nb'); process.stdout.write('c\\nlast')";
  const result = await run(node, ['-e', script], { onLine: (line) => lines.push(line) });
  expect(result.stdout).toBe('a\nbc\nlast');
  expect(lines).toEqual(['a', 'bc', 'last']);
});

test('status and stderr of a program that fails', async () => {
  const failure = await run(node, ['-e', "console.error('bad luck'); process.exit(3)"]).catch((e: unknown) => e);
  expect(failure).toBeInstanceOf(ChildProcessError);
  expect(failure).toMatchObject({ status: 3, errno: undefined });
  expect(String(failure)).toContain('bad luck');
});

test('a program that does not exist', async () => {
  await expect(run('no-such-program-anywhere', [])).rejects.toMatchObject({ errno: 'ENOENT', status: null });
});

test('abort kills the program', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const running = run(node, ['-e', 'setInterval(() => {}, 1000)'], { signal: abort.signal });
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
});

test('findProgram looks along the path', async () => {
  expect(await findProgram('sh', '/nonexistent:/bin:/usr/bin')).toMatch(/\/sh$/);
  expect(await findProgram('no-such-program-anywhere')).toBeUndefined();
});

test('lastLines skips empty lines', () => {
  expect(lastLines('a\n\nb\nc\n\n', 2)).toBe('b\nc');
});
