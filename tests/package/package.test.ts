/**
 * The app as users get it, except for Electron itself, of which there is a stand-in that starts nothing: which files are in
 * it, and that they are enough to boot a guest.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll, extractFile, listPackage } from '@electron/asar';
import { getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAppFiles } from '../../main/shell/app-protocol.ts';
import { Inn } from '../fixtures/console.ts';
import { makeStubElectron, STUB_STATUS } from '../fixtures/stub-electron.ts';

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
const FPM = fileURLToPath(new URL('../fixtures/fpm.entry.ts', import.meta.url));
const missing = (command: string) =>
  spawnSync(command, ['--help'], { stdio: 'ignore' }).error ? `${command} is not installed` : undefined;
const no7zip = missing('7zz');
const noDpkg = missing('dpkg-deb');

function build(...targets: string[]) {
  const args = ['scripts/package/package.mjs', '--linux', ...targets, `-c.electronDist=${path.join(work, 'electron')}`];
  // Packing guests small takes minutes, and shows nothing
  args.push(`-c.directories.output=${output}`, '-c.compression=store');
  const tools = { ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7zz', CUSTOM_FPM_PATH: FPM };
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

/** Files in the app's archive, without folders. */
function filesOfArchive(): string[] {
  const names = listPackage(asar, { isPack: false }).map((name) => name.split(path.sep).join('/').replace(/^\//, ''));
  const folders = new Set(names.map((name) => path.posix.dirname(name)));
  return names.filter((name) => !folders.has(name)).sort();
}

/** What the stub of Electron was started with. */
function startedWith(command: string, ...args: string[]): string[] {
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8' });
  expect(status).toBe(STUB_STATUS);
  return stdout.trimEnd().split('\n');
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

  it('has in its archive what compiles from the sources, the window, the guest’s recipe, icons, and nothing else', () => {
    const own = filesOfArchive().filter((name) => !name.startsWith('node_modules/'));
    const sources = [...filesOf(path.join(ROOT, 'main')), ...filesOf(path.join(ROOT, 'shared'))];
    expect(sources).not.toEqual([]);
    const compiled = (folder: string) =>
      filesOf(path.join(ROOT, folder))
        .filter((name) => /\.c?ts$/.test(name) && !/\.test\.ts$|\.d\.ts$|(?:^|\/)suite\.ts$/.test(name))
        .map((name) => `build/js/${folder}/${name.replace(/ts$/, 'js')}`);
    const whole = (folder: string) => filesOf(path.join(ROOT, folder)).map((name) => `${folder}/${name}`);
    const window = whole('build/renderer').filter((name) => !name.endsWith('/.sources'));
    const tray = ['trayTemplate', 'tray-dark', 'tray-light'].flatMap((name) => [`${name}.png`, `${name}@2x.png`]);
    const icons = ['256x256.png', ...tray].map((name) => `build/icons/${name}`);
    expect(own).toEqual(
      [
        'package.json',
        ...compiled('main'),
        ...compiled('shared'),
        ...window,
        ...whole('assets/guest'),
        ...icons,
      ].sort(),
    );
  });

  it('has in its archive the packages that run, by the lock file, and of them neither sources nor tests', () => {
    const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<
        string,
        { version: string; dev?: boolean; optional?: boolean; devOptional?: boolean; peer?: boolean }
      >;
    };
    const nameOf = (folder: string) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const runs = Object.entries(lock.packages)
      .filter(([name, { dev, optional, devOptional, peer }]) => name && !(dev || optional || devOptional || peer))
      .map(([folder, { version }]) => `${nameOf(folder)} ${version}`);
    const files = filesOfArchive().filter((name) => name.startsWith('node_modules/'));
    const manifests = files.filter((name) => /node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(name));
    const packages = manifests.map((file) => {
      const { version } = JSON.parse(extractFile(asar, file).toString()) as { version: string };
      return `${nameOf(path.posix.dirname(file))} ${version}`;
    });
    expect(packages.sort()).toEqual(runs.sort());
    expect(files.filter((name) => /\.(?:ts|cts|mts|tsx|map)$|\.test\.|\/(?:tests?|__tests__)\//.test(name))).toEqual(
      [],
    );
  });

  it('starts as the shell, under its own name', () => {
    const inside = JSON.parse(extractFile(asar, 'package.json').toString()) as Record<string, unknown>;
    expect(inside).toMatchObject({
      name: 'innkeeper',
      version: manifest.version,
      type: 'module',
      main: 'build/js/main/shell/shell.entry.js',
    });
    expect(filesOfArchive()).toContain(inside.main);
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

  it('has a command line that runs its Electron as a Node, also through a link', () => {
    const inn = path.join(resources, 'bin/inn');
    const entry = path.join(asar, 'build/js/main/cli/inn.entry.js');
    expect(startedWith(inn, 'ls', '--json', 'a b')).toEqual(['1', entry, 'ls', '--json', 'a b']);
    const link = path.join(work, 'inn');
    symlinkSync(inn, link);
    expect(startedWith(link)).toEqual(['1', entry]);
  });

  describe('extracted', () => {
    // Named as it is installed, beside the guests: that is how the code finds them
    const app = path.join(work, 'installed/app.asar');
    beforeAll(() => {
      extractAll(asar, app);
      symlinkSync(path.join(resources, 'guest'), path.join(work, 'installed/guest'));
    });

    it('has a type for every file of the window', async () => {
      const folder = path.join(app, 'build/renderer');
      const get = await openAppFiles(folder);
      const names = filesOf(folder);
      expect(names).toContain('index.html');
      for (const name of names) expect(await get(`app://innkeeper/${name}`), name).toMatchObject({ status: 200 });
    });

    it('boots the guest that it carries to a shell prompt, under plain Node', async () => {
      const entry = path.join(app, 'build/js/main/cli/inn.entry.js');
      // No guest was ever built for this user
      const around = ['env', `INN_CACHE=${path.join(work, 'cache')}`];
      const inn = Inn.launch(['try', '--kernel', 'small'], { entry, around });
      await inn.prepareShell();
      expect((await inn.run('uname -m')).output).toContain('riscv64');
      inn.type('poweroff\n');
      expect((await inn.end()).status).toBe(0);
    });
  });
});

describe('packages', () => {
  it('tar.gz holds the same files', ({ skip }) => {
    skip(no7zip !== undefined, no7zip);
    build('tar.gz');
    const archive = path.join(output, `innkeeper-${manifest.version}.tar.gz`);
    const { stdout, status } = spawnSync('tar', ['-tzf', archive], { encoding: 'utf8' });
    expect(status).toBe(0);
    const names = stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/'));
    const inside = names.map((name) => name.replace(/^[^/]+\//, '')).sort();
    expect(inside).toEqual(filesOf(unpacked));
  });

  describe('deb', () => {
    const tree = path.join(work, 'deb');
    const control = (name: string) => readFileSync(path.join(tree, 'DEBIAN', name), 'utf8');

    beforeAll(() => {
      if (noDpkg) return;
      build('deb');
      const file = readdirSync(output).filter((name) => name.endsWith('.deb'));
      expect(file).toEqual([`innkeeper_${manifest.version}_amd64.deb`]);
      mkdirSync(tree);
      expect(spawnSync('dpkg-deb', ['--raw-extract', path.join(output, String(file)), tree]).status).toBe(0);
    });
    beforeEach(({ skip }) => skip(noDpkg !== undefined, noDpkg));

    it('holds the app in /opt, and beside it what a desktop wants to know', () => {
      const app = filesOf(unpacked).map((name) => `opt/Innkeeper/${name}`);
      const sides = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
      expect(filesOf(tree).filter((name) => !name.startsWith('DEBIAN/'))).toEqual(
        [
          ...app,
          'usr/bin/inn',
          'usr/share/applications/innkeeper.desktop',
          'usr/share/mime/packages/innkeeper.xml',
          ...sides.map((side) => `usr/share/icons/hicolor/${side}x${side}/apps/innkeeper.png`),
        ].sort(),
      );
      expect(app).toContain('opt/Innkeeper/resources/apparmor-profile');
    });

    it('opens programs for the board with the app, and no other files', () => {
      const desktop = readFileSync(path.join(tree, 'usr/share/applications/innkeeper.desktop'), 'utf8');
      expect(desktop).toMatch(/^Exec=\/opt\/Innkeeper\/innkeeper %U$/m);
      expect(desktop).toMatch(/^MimeType=application\/vnd\.innkeeper\.program;$/m);
      const types = readFileSync(path.join(tree, 'usr/share/mime/packages/innkeeper.xml'), 'utf8');
      expect(types).toContain('<mime-type type="application/vnd.innkeeper.program">\n  <glob pattern="*.elf"/>');
    });

    it('has scripts that a shell can read, which link the app and give its sandbox what it needs', () => {
      for (const name of ['postinst', 'postrm']) {
        expect(spawnSync('bash', ['-n', path.join(tree, 'DEBIAN', name)]).status).toBe(0);
      }
      expect(control('postinst')).toContain("'/opt/Innkeeper/chrome-sandbox'");
      expect(control('postinst')).toContain("'/usr/bin/innkeeper'");
      expect(control('control')).toMatch(/^Package: innkeeper\n/);
      expect(statSync(path.join(tree, 'usr/bin/inn')).mode & 0o777).toBe(0o755);
    });
  });
});
