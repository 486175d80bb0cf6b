/** What must hold for the repository as a whole, over every file that git knows or would add. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LARGEST_FILE = 400 * 1024;
/** A source file has one job; beyond this length it has several. */
const LONGEST_SOURCE = 600;

const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: ROOT,
  encoding: 'utf8',
});
const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(path.join(ROOT, file)));
const texts = new Map<string, string>();

/** Files whose text matches, as `file: match`. */
function matches(pattern: RegExp, among = [...texts.keys()]): string[] {
  return among.flatMap((file) => {
    const match = pattern.exec(texts.get(file) ?? '');
    return match ? [`${file}: ${match[0]}`] : [];
  });
}

/** Matches text literally, wherever it is not part of a longer word. */
function literally(text: string): RegExp {
  return new RegExp(`(?<![\\w.-])${text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![\\w-])`);
}

/** Names of the hosts that this machine gets packages from; none of them belongs into the repository. */
function registryHosts(): string[] {
  const sources = ['/etc/apt/sources.list', ...listFolder('/etc/apt/sources.list.d')].filter((file) =>
    existsSync(file),
  );
  const configured = [
    process.env.npm_config_registry ?? '',
    spawnSync('npm', ['config', 'get', 'registry'], {
      encoding: 'utf8',
      cwd: ROOT,
      shell: process.platform === 'win32',
    }).stdout,
    ...sources.map((file) => readFileSync(file, 'utf8')),
  ];
  const known = ['registry.npmjs', 'deb.debian', 'archive.ubuntu'].map((name, n) => `${name}.${n < 2 ? 'org' : 'com'}`);
  const found = configured.flatMap((text) =>
    [...text.matchAll(/https?:\/\/(?:[^\s/@]*@)?([\w.-]+)/g)].map(([, host]) => host ?? ''),
  );
  // Loopback addresses are no secret and occur in code for other reasons.
  return [...new Set([...known, ...found])].filter((host) => !/^(?:localhost|127\..*|::1)$/.test(host));
}

function listFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((file) => path.join(folder, file)) : [];
}

beforeAll(() => {
  expect(listed.status, listed.stderr).toBe(0);
  for (const file of files) texts.set(file, readFileSync(path.join(ROOT, file), 'utf8'));
});

describe('the repository', () => {
  it('is listed by git', () => {
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', '.ci/run']));
  });

  it('holds no large and no binary files', () => {
    expect(files.filter((file) => statSync(path.join(ROOT, file)).size > LARGEST_FILE)).toEqual([]);
    const pictures = (file: string) => /^assets\/screenshots\/[\w-]+\.png$/.test(file);
    expect(
      matches(
        /\0/,
        [...texts.keys()].filter((file) => !pictures(file)),
      ),
    ).toEqual([]);
  });

  it('knows Electron in the shell alone', () => {
    const others = [...texts.keys()].filter((file) => /\.c?tsx?$/.test(file) && !file.startsWith('main/shell/'));
    expect(matches(/(?:from|import\(|require\()\s*'electron'/, others)).toEqual([]);
  });

  it('names no package registry', () => {
    expect(matches(/"resolved": *"https?:.*/, ['package-lock.json'])).toEqual([]);
    for (const host of registryHosts()) expect(matches(literally(host)), host).toEqual([]);
  });

  it("names no folder of anybody's machine", () => {
    for (const folder of [ROOT.replace(/[\\/]$/, ''), homedir()]) {
      // One segment, as in `/repo` or `/root`, cannot be told apart from words.
      if (folder.split(/[\\/]/).length > 2) expect(matches(literally(folder)), folder).toEqual([]);
    }
  });

  it('leaves no note of unfinished work', () => {
    expect(
      matches(new RegExp(`\\b(?:${['TO', 'FIX', 'X'].map((start, n) => start + ['DO', 'ME', 'XX'][n]).join('|')})\\b`)),
    ).toEqual([]);
  });

  it('has no source file beyond the limit', () => {
    const sources = files.filter((file) => /\.(?:c?ts|tsx|css|mjs|c|S)$/.test(file));
    expect(sources.filter((file) => (texts.get(file) ?? '').split('\n').length > LONGEST_SOURCE)).toEqual([]);
  });

  it('explains every layer in a README', () => {
    const layers = files
      .filter(
        (file) => /^(?:main|shared|scripts|renderer)\b.*tsconfig\.json$/.test(file) && !file.includes('/preload/'),
      )
      .map((file) => path.posix.dirname(file));
    const withSource = layers.filter((layer) =>
      files.some((file) => file.startsWith(`${layer}/`) && /\.(?:ts|mjs)$/.test(file)),
    );
    expect(withSource.filter((layer) => !texts.has(`${layer}/README.md`))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const broken = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        [...(texts.get(file) ?? '').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
          .map(([, target]) => path.posix.join(path.posix.dirname(file), target ?? ''))
          .filter((target) => !existsSync(path.join(ROOT, target)))
          .map((target) => `${file}: ${target}`),
      );
    expect(broken).toEqual([]);
  });

  it('runs the command of the README in continuous integration', () => {
    const ci = texts.get('.ci/run') ?? '';
    expect(ci.trimEnd().split('\n').at(-1)).toBe('npm test');
    expect(texts.get('README.md')).toMatch(/^npm test\b/m);
    if (process.platform !== 'win32') expect(statSync(path.join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
  });
});
