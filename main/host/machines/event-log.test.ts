import { promises as fs } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../shared/contract/machine.ts';
import { temporaryFolder } from '../../../tests/fixtures/test-machines.ts';
import { EventLog } from './event-log.ts';
import { LOG_FILE, OLD_LOG_FILE } from './machine-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder('log');
});
afterEach(() => fs.rm(folder, { recursive: true }));

const texts = (entries: LogEntry[]) => entries.map(({ text }) => text);
const numbers = (entries: LogEntry[]) => entries.map(({ n }) => n);

async function filled(count: number, largest?: number): Promise<EventLog> {
  const log = new EventLog(folder, () => 1000, largest);
  for (let n = 1; n <= count; n++) log.add('info', 'test', `entry ${n}`);
  await log.flush();
  return log;
}

describe('EventLog', () => {
  it('gives the last entries, oldest first, and pages back', async () => {
    const log = await filled(10);
    expect(texts(await log.read({ limit: 3 }))).toEqual(['entry 8', 'entry 9', 'entry 10']);
    expect(numbers(await log.read({ limit: 3, before: 8 }))).toEqual([5, 6, 7]);
    expect(await log.read({ limit: 3, before: 1 })).toEqual([]);
    expect(await log.read({ limit: 1 })).toEqual([{ n: 10, at: 1000, level: 'info', event: 'test', text: 'entry 10' }]);
  });

  it('goes on counting where an earlier host ended', async () => {
    await filled(2);
    expect(numbers(await (await filled(1)).read({ limit: 10 }))).toEqual([1, 2, 3]);
  });

  it('skips a line that a crash tore, and begins the next on its own', async () => {
    await filled(2);
    await fs.appendFile(path.join(folder, LOG_FILE), '{"n":3,"at":5,"le');
    const log = await filled(1);
    expect(numbers(await log.read({ limit: 10 }))).toEqual([1, 2, 3]);
    log.add('info', 'test', 'after');
    expect(texts(await log.read({ limit: 2 }))).toEqual(['entry 1', 'after']);
  });

  it('keeps one old file beside the current one', async () => {
    const log = await filled(200, 1000);
    const sizes = await Promise.all(
      [LOG_FILE, OLD_LOG_FILE].map(async (name) => (await fs.stat(path.join(folder, name))).size),
    );
    for (const size of sizes) expect(size).toBeLessThan(1200);
    const entries = await log.read({ limit: 1000 });
    expect(entries.length).toBeGreaterThan(10);
    expect(entries.at(-1)?.n).toBe(200);
    expect(numbers(entries)).toEqual(entries.map((_, at) => entries[0]!.n + at));
    expect((await fs.readdir(folder)).toSorted()).toEqual([LOG_FILE, OLD_LOG_FILE]);
    // The number lives on though the file that it stands in was just begun
    await fs.rm(path.join(folder, LOG_FILE));
    const before = (await new EventLog(folder, Date.now).read({ limit: 1 }))[0]?.n ?? 0;
    expect(numbers(await (await filled(1)).read({ limit: 1 }))).toEqual([before + 1]);
  });

  it.each([0, 2, 10])('is watched from the last %d entries on, without a gap', async (last) => {
    const log = await filled(5);
    const abort = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const entries of log.watch(abort.signal, last)) {
        seen.push(...numbers(entries));
        if (seen.at(-1) === 15) abort.abort();
      }
    })();
    for (let n = 6; n <= 15; n++) {
      log.add('info', 'test', `entry ${n}`);
      if (n % 3 === 0) await log.flush();
    }
    await watching;
    const first = seen[0] ?? 0;
    expect(seen).toEqual(Array.from({ length: 16 - first }, (_, at) => first + at));
    // What was added before the watch reached the log counts among the last
    expect(first).toBeGreaterThanOrEqual(6 - last);
    if (last === 10) expect(first).toBe(1);
  });

  it('is empty where its folder is gone, and stays calm', async () => {
    const log = new EventLog(path.join(folder, 'gone'), Date.now);
    log.add('info', 'test', 'nobody will read this');
    await log.flush().catch(() => {});
    expect(await new EventLog(path.join(folder, 'gone'), Date.now).read({ limit: 5 })).toEqual([]);
  });
});
