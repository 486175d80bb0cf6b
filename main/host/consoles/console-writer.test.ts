import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConsoleHub } from './console-hub.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'inn-console-'));
  file = path.join(folder, 'hvc0.log');
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

function say(hub: ConsoleHub, text: string): void {
  hub.output(Buffer.from(text), () => {});
}

/** What a viewer is shown of the past. */
async function past(hub: ConsoleHub): Promise<string> {
  let text = '';
  for await (const event of hub.attach(new AbortController().signal)) {
    if (event.kind === 'replay') text += Buffer.from(event.bytes).toString();
    if (event.kind === 'replay' && event.last) break;
  }
  return text;
}

async function bytesOnDisk(): Promise<Buffer> {
  return Buffer.concat(
    await Promise.all([`${file}.1`, file].map((name) => fs.readFile(name).catch(() => Buffer.alloc(0)))),
  );
}

async function onDisk(): Promise<string> {
  return (await bytesOnDisk()).toString();
}

test('what was said is there after the host was started anew', async () => {
  const first = await ConsoleHub.open({ file });
  say(first, 'one\n');
  await first.close();
  const second = await ConsoleHub.open({ file });
  second.restarted();
  say(second, 'two\n');
  await second.close();
  const third = await ConsoleHub.open({ file });
  const text = await past(third);
  expect(text.startsWith('one\n\x18')).toBe(true);
  expect(text.endsWith('two\n')).toBe(true);
  await third.close();
});

test('it is written without being asked, a little later', async () => {
  const hub = await ConsoleHub.open({ file });
  say(hub, 'soon');
  await expect.poll(onDisk, { timeout: 5000 }).toBe('soon');
  await hub.close();
});

test('others cannot read it', async () => {
  const hub = await ConsoleHub.open({ file });
  say(hub, 'secret');
  await hub.close();
  if (process.platform !== 'win32') expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
});

test('the files never hold more than the limit, and begin with a whole line', async () => {
  const limit = 64 * 1024;
  const hub = await ConsoleHub.open({ file, limit });
  for (let n = 0; n < 10_000; n++) {
    say(hub, `line ${String(n).padStart(5, '0')}\n`);
    if (n % 100 === 0) await hub.flush();
    if (n % 1000 === 0) expect((await onDisk()).length).toBeLessThanOrEqual(limit);
  }
  await hub.close();
  const lines = (await onDisk()).split('\n');
  expect(lines.pop()).toBe('');
  const numbers = lines.map((line) => Number(/^line (\d{5})$/.exec(line)?.[1]));
  expect(numbers.at(-1)).toBe(9999);
  expect(numbers.every((n, index) => n === numbers[0]! + index)).toBe(true);
  expect(numbers.length * 11).toBeGreaterThan(limit / 2 - 16 * 1024);
  const again = await ConsoleHub.open({ file, limit });
  expect(await past(again)).toBe(await onDisk());
  await again.close();
});

test('a flood that forgets faster than the disk takes leaves a gap, and no more', async () => {
  const hub = await ConsoleHub.open({ file, limit: 10_000 });
  for (let n = 0; n < 5000; n++) say(hub, `line ${n}\n`);
  await hub.close();
  expect((await onDisk()).endsWith('line 4999\n')).toBe(true);
});

test('an end that a crash tore does no harm', async () => {
  await fs.writeFile(file, Buffer.concat([Buffer.from('whole\n'), Buffer.from('torn ✓').subarray(0, 6)]));
  const hub = await ConsoleHub.open({ file });
  hub.restarted();
  say(hub, 'next\n');
  const text = await past(hub);
  expect(text).toMatch(/^whole\ntorn/);
  expect(text.endsWith('\r\nnext\n')).toBe(true);
  await hub.close();
});

test('a file that grew under a larger limit is cut to whole lines', async () => {
  await fs.writeFile(file, Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join(''));
  const hub = await ConsoleHub.open({ file, limit: 1000 });
  const text = await past(hub);
  expect(text).toMatch(/^line \d+\n/);
  expect(text.endsWith('line 999\n')).toBe(true);
  await hub.close();
});

test('cleared is cleared, on the disk as well', async () => {
  const hub = await ConsoleHub.open({ file, limit: 2000 });
  for (let n = 0; n < 300; n++) {
    say(hub, `old ${n}\n`);
    if (n % 50 === 0) await hub.flush();
  }
  hub.clear();
  say(hub, 'new\n');
  await hub.close();
  expect(await onDisk()).toBe('new\n');
});

test('a disk that fails is said once each time, and the console goes on', async () => {
  const problems: string[] = [];
  const hub = await ConsoleHub.open({ file, onProblem: (error) => problems.push(error.message) });
  await fs.rm(folder, { recursive: true });
  say(hub, 'lost');
  await hub.flush();
  expect(problems).toEqual([expect.stringContaining('ENOENT')]);
  await fs.mkdir(folder);
  say(hub, ' kept');
  await hub.flush();
  expect(await past(hub)).toBe('lost kept');
  expect(await onDisk()).toBe(' kept');
  await hub.close();
});

test('whatever is said and whenever it is written, the disk has the newest of it', async () => {
  const step = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.constantFrom('\n', 'line\n'),
    fc.constant(null),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 3000 }), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
      await Promise.all([file, `${file}.1`].map((name) => fs.rm(name, { force: true })));
      let hub = await ConsoleHub.open({ file, limit });
      let said = '';
      for (const next of steps) {
        if (next === null) {
          await hub.close();
          hub = await ConsoleHub.open({ file, limit });
        } else {
          const text = next.replace(/\p{Cc}/gu, (control) => (control === '\n' ? '\n' : '.'));
          say(hub, text);
          said += text;
          await hub.flush();
        }
      }
      await hub.close();
      const all = Buffer.from(said);
      const disk = await bytesOnDisk();
      expect(disk.length).toBeLessThanOrEqual(limit);
      expect(disk.equals(all.subarray(all.length - disk.length))).toBe(true);
      if (all.length < limit / 4) expect(disk.length).toBe(all.length);
    }),
    { numRuns: 30 },
  );
});
