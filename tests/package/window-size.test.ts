/** The budget of the window: bytes that a browser or the app reads, compressed as gzip does it at its best. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../build/renderer', import.meta.url));
/** Of everything: a page that is opened late is to be small as well. */
const ALL = 500_000;
/** Of what the first page needs. Terminals and dialogs come when they are first shown. */
const AT_START = 300_000;

interface Part {
  readonly name: string;
  readonly bytes: number;
}

/** Compressed, by path from the page. */
const parts = new Map(
  readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry): [string, Part] => {
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(FOLDER, file).split(path.sep).join('/');
      return [name, { name, bytes: gzipSync(readFileSync(file), { level: 9 }).length }];
    }),
);

/** The page, and what it names: scripts with all that they import at once, and style sheets. */
function atStart(): Part[] {
  const names = new Set(['index.html']);
  for (const name of names) {
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    const named = name.endsWith('.html')
      ? text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)
      : text.matchAll(/\b(?:import|from)\s*"(\.\/[^"]+)"/g);
    for (const [, target = ''] of name.endsWith('.css') ? [] : named) {
      names.add(path.posix.join(name.endsWith('.html') ? '' : path.posix.dirname(name), target));
    }
  }
  return [...names].map((name) => {
    const part = parts.get(name);
    if (!part) throw new Error(`The page names ${name}, which was not built`);
    return part;
  });
}

const sum = (list: Iterable<Part>) => [...list].reduce((total, { bytes }) => total + bytes, 0);
const largest = (list: Iterable<Part>) =>
  [...list]
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 10)
    .map(({ name, bytes }) => `${bytes} ${name}`)
    .join('\n');

describe('the window, compressed', () => {
  it('is under 500 kB', () => {
    expect(sum(parts.values()), largest(parts.values())).toBeLessThan(ALL);
  });

  it('needs under 300 kB for its first page', () => {
    const first = atStart();
    // The script, what it shares with later pages, and the style sheet
    expect(first.map(({ name }) => path.extname(name))).toEqual(expect.arrayContaining(['.html', '.js', '.css']));
    expect(sum(first), largest(first)).toBeLessThan(AT_START);
  });

  it('leaves terminals for later', () => {
    const scripts = atStart().filter(({ name }) => name.endsWith('.js'));
    const terminal = [...parts.keys()].filter((name) => holdsTerminal(name));
    expect(terminal).not.toEqual([]);
    expect(scripts.map(({ name }) => name).filter(holdsTerminal)).toEqual([]);
  });
});

/** Whether xterm.js is in it, by the class of its rows. */
function holdsTerminal(name: string): boolean {
  return name.endsWith('.js') && readFileSync(path.join(FOLDER, name), 'utf8').includes('xterm-rows');
}
