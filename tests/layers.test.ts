/**
 * Proves that the layers hold: copies every layer's tsconfig.json beside one small file per import that could be tried, has
 * them compiled, and looks at which imports were refused.
 */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RISCV = 'main/engines/riscv';
/** Design: these run and test anywhere, so they see neither Node's nor a browser's types. */
const PURE_PARTS = ['isa', 'wasm', 'memory', 'float', 'mmu', 'hart', 'oracle', 'devices'];
const PURE = ['shared/contract', 'shared/rpc', ...PURE_PARTS.map((name) => `${RISCV}/${name}`)];
/** One file of CommonJS for a page: it can import nothing of ours, and sees the page. */
const PRELOAD = 'main/shell/preload';

interface ProjectFile {
  references?: { path: string }[];
}

function references(folder: string): string[] {
  const { references: found = [] } = JSON.parse(
    readFileSync(path.join(ROOT, folder, 'tsconfig.json'), 'utf8'),
  ) as ProjectFile;
  return found.map((reference) => path.posix.join(folder, reference.path));
}

/** Everything that may be imported: what the project names, and what that in turn is built on. */
function reachable(folder: string): Set<string> {
  const found = new Set<string>([folder]);
  // A set that grows during iteration is walked to its end.
  for (const layer of found) for (const next of references(layer)) found.add(next);
  return found;
}

const layers = references('.').filter((folder) => /^(shared|main)\//.test(folder) && folder !== PRELOAD);
const importFile = (to: string) => `import-${to.replaceAll('/', '-')}.ts`;

let folder: string;
/** Files that did not compile, with what the compiler said. */
const errors = new Map<string, string>();

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'inn-layers-')));
  cpSync(path.join(ROOT, 'tsconfig.base.json'), path.join(folder, 'tsconfig.base.json'));
  cpSync(path.join(ROOT, 'shared/types'), path.join(folder, 'shared/types'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  for (const from of layers) {
    const write = (name: string, text: string) => writeFileSync(path.join(folder, from, name), text);
    mkdirSync(path.join(folder, from), { recursive: true });
    cpSync(path.join(ROOT, from, 'tsconfig.json'), path.join(folder, from, 'tsconfig.json'));
    write('probe.ts', 'export const probe = 1;\n');
    write('node-module.ts', "export { readFileSync } from 'node:fs';\n");
    write('node-global.ts', 'export const pid: number = process.pid;\n');
    write('browser-global.ts', 'export const title: string = document.title;\n');
    for (const to of layers.filter((layer) => layer !== from)) {
      write(importFile(to), `export { probe } from '${path.posix.relative(from, to)}/probe.ts';\n`);
    }
  }
  const solution = { files: [], references: layers.map((layer) => ({ path: layer })) };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(solution));
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const result = spawnSync(process.execPath, [tsc, '-b', '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
  for (const [, file, message] of result.stdout.matchAll(/^(\S[^(\n]*)\(\d+,\d+\): error (.*)$/gm)) {
    if (file !== undefined && message !== undefined) errors.set(file.replaceAll('\\', '/'), message);
  }
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('layers', () => {
  it('are all known to the solution', () => {
    expect(layers).toEqual(
      expect.arrayContaining([...PURE, 'shared/base', 'main/cli', 'main/platform', `${RISCV}/threads`]),
    );
  });

  it('can import exactly what their tsconfig.json allows', () => {
    const pairs = layers.flatMap((from) => layers.filter((to) => to !== from).map((to) => [from, to] as const));
    const refused = pairs.filter(([from, to]) => errors.has(`${from}/${importFile(to)}`));
    const expected = pairs.filter(([from, to]) => !reachable(from).has(to));
    expect(refused.map((pair) => pair.join(' -> '))).toEqual(expected.map((pair) => pair.join(' -> ')));
  });

  it.each([
    [`${RISCV}/isa`, ['shared/base']],
    [`${RISCV}/wasm`, ['shared/base']],
    [`${RISCV}/memory`, ['shared/base']],
    [`${RISCV}/devices`, ['shared/base', `${RISCV}/memory`]],
    ['main/platform', ['shared/base']],
    ['main/wires', ['shared/base', 'shared/contract', 'shared/rpc']],
    ['shared/base', []],
    ['shared/contract', ['shared/base']],
    ['shared/rpc', ['shared/base', 'shared/contract']],
    ['main/engines', []],
  ])('%s imports only %j', (from, allowed) => {
    const accepted = layers.filter((to) => to !== from && !errors.has(`${from}/${importFile(to)}`));
    expect(accepted.toSorted()).toEqual(allowed.toSorted());
  });

  it('know no browser; the pure ones know no Node either', () => {
    for (const layer of layers) expect(errors.get(`${layer}/browser-global.ts`), layer).toMatch(/^TS2584/);
    for (const layer of [...PURE, 'shared/base', 'shared/contract', 'shared/rpc']) {
      expect(errors.get(`${layer}/node-module.ts`), layer).toMatch(/^TS2591|^TS2307/);
      expect(errors.get(`${layer}/node-global.ts`), layer).toMatch(/^TS2591|^TS2580/);
    }
  });

  it('compile when they do nothing wrong', () => {
    for (const layer of layers) expect(errors.get(`${layer}/probe.ts`), layer).toBeUndefined();
    expect(errors.get('main/platform/node-module.ts')).toBeUndefined();
  });
});
