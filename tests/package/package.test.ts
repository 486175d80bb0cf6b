/**
 * The app as users get it, except for Electron itself, of which there is a stand-in that starts nothing: which files are in
 * it, and that they are enough to boot a guest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll, listPackage } from '@electron/asar';
import { getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inn } from '../fixtures/console.ts';
import { makeStubElectron } from '../fixtures/stub-electron.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  devDependencies: Record<string, string>;
};
const work = mkdtempSync(path.join(tmpdir(), 'inn-package-'));
const output = path.join(work, 'out');
const unpacked = path.join(output, 'linux-unpacked');
const resources = path.join(unpacked, 'resources');
const asar = path.join(resources, 'app.asar');
const has7zip = spawnSync('7zz', ['--help'], { stdio: 'ignore' }).status === 0;
const hasFpm = spawnSync('fpm', ['--version'], { stdio: 'ignore' }).status === 0;

function build(...targets: string[]) {
  const args = ['scripts/package/package.mjs', '--linux', ...targets, `-c.electronDist=${path.join(work, 'electron')}`];
  args.push(`-c.directories.output=${output}`);
  const tools = { ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7zz', CUSTOM_FPM_PATH: 'fpm' };
  const result = spawnSync('node', args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...tools } });
  expect(result.status, result.stdout + result.stderr).toBe(0);
}

beforeAll(async () => {
  await makeStubElectron(path.join(work, 'electron'), manifest.devDependencies.electron ?? '');
  build('--dir');
});

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

/** Files below a folder, with forward slashes. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join('/'))
    .sort();
}

describe('the unpacked app', () => {
  it('holds exactly what it should', () => {
    const guest = ['Image', 'containers.cpio', 'initrd.cpio', 'manifest.json'];
    expect(filesOf(unpacked)).toEqual(
      [
        'LICENSE.electron.txt',
        'LICENSES.chromium.html',
        'chrome-sandbox',
        'innkeeper',
        'locales/en-US.pak',
        'resources/LICENSE.txt',
        'resources/THIRD-PARTY-NOTICES.txt',
        'resources/app.asar',
        'resources/bin/inn',
        ...['small', 'stock'].flatMap((kernel) => guest.map((file) => `resources/guest/${kernel}/${file}`)),
      ].sort(),
    );
  });

  it('has in its archive every compiled file, and no test, source, map or development package', () => {
    const packed = listPackage(asar, { isPack: false }).map((name) =>
      name.split(path.sep).join('/').replace(/^\//, ''),
    );
    const files = packed.filter((name) => path.posix.extname(name) !== '');
    const strange = files.filter((name) => /\.(?:ts|cts|tsx|map)$|\.test\.|(?:^|\/)tests?\//.test(name));
    expect(strange).toEqual([]);
    const compiled = filesOf(path.join(ROOT, 'build/js')).filter((name) => /\.c?js$/.test(name));
    expect(files).toEqual(expect.arrayContaining(compiled.map((name) => `build/js/${name}`)));
    expect(files).toEqual(
      expect.arrayContaining(['package.json', 'build/renderer/index.html', 'assets/guest/recipe.json']),
    );
    const top = new Set(packed.map((name) => name.split('/')[0]));
    expect([...top].sort()).toEqual(['assets', 'build', 'node_modules', 'package.json']);
    const packages = new Set(packed.flatMap((name) => /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(name)?.[1] ?? []));
    const development = Object.keys(manifest.devDependencies).filter((name) => packages.has(name));
    expect(development).toEqual([]);
  });

  it('has the fuses set', async () => {
    const wire = await getCurrentFuseWire(path.join(unpacked, 'innkeeper'));
    // @electron/fuses, FuseV1Options: 49 is on, 48 is off
    const state = (index: number) => String.fromCharCode(Number(wire[index as 0]));
    expect({ runAsNode: state(0), cookies: state(1), nodeOptions: state(2), inspect: state(3) }).toEqual({
      runAsNode: '1',
      cookies: '1',
      nodeOptions: '0',
      inspect: '0',
    });
    expect({ integrity: state(4), onlyAsar: state(5), fileProtocol: state(7) }).toEqual({
      integrity: '1',
      onlyAsar: '1',
      fileProtocol: '0',
    });
  });

  it('names what it owes to others, and how to get the source of the GPL parts', () => {
    const notices = readFileSync(path.join(resources, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['zod', 'react', 'react-aria-components', '@xterm/xterm', 'busybox-static', 'commander']) {
      expect(notices).toMatch(new RegExp(`^ *${name.replace('/', '\\/')} \\d`, 'm'));
    }
    expect(notices).toContain('apt-get source NAME=VERSION');
  });

  it('boots the guest that it carries, under plain Node', async () => {
    const app = path.join(work, 'app');
    extractAll(asar, app);
    const entry = path.join(app, 'build/js/main/cli/inn.entry.js');
    const guest = path.join(resources, 'guest/small');
    const args = ['try', '--kernel', 'small', '--guest', guest];
    const inn = Inn.launch(args, { entry });
    await inn.prepareShell();
    expect((await inn.run('uname -m')).output).toContain('riscv64');
    inn.type('poweroff\n');
    expect((await inn.end()).status).toBe(0);
  });
});

describe('packages', () => {
  it.skipIf(!has7zip)('tar.gz holds the same files (needs 7zz)', () => {
    build('tar.gz');
    const archive = path.join(output, `innkeeper-${manifest.version}.tar.gz`);
    const { stdout, status } = spawnSync('tar', ['-tzf', archive], { encoding: 'utf8' });
    expect(status).toBe(0);
    const names = stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/'));
    const inside = names.map((name) => name.replace(/^[^/]+\//, '')).sort();
    expect(inside).toEqual(filesOf(unpacked));
  });

  it.skipIf(!hasFpm)('deb installs into /opt and links the commands (needs fpm)', () => {
    build('deb');
    const file = readdirSync(output).find((name) => name.endsWith('.deb'));
    expect(file).toBeDefined();
    const deb = path.join(output, file ?? '');
    const { stdout } = spawnSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' });
    expect(stdout).toContain('./opt/Innkeeper/innkeeper');
    expect(stdout).toContain('./opt/Innkeeper/resources/bin/inn');
    expect(existsSync(deb)).toBe(true);
  });
});
