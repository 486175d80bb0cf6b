/**
 * Programs that do not come from npm. On Debian and Ubuntu they are installed, as root or through a sudo that asks
 * nothing; everywhere else the user is told which programs are missing and why.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { SetupError, say } from './report.mjs';

/**
 * @typedef {object} Tool
 * @property {string} debian name of the Debian package
 * @property {string} probe  a command, or an absolute path of a file, that is there once it is installed
 * @property {string} why    what it is needed for
 */

/** What the window is looked at with. @type {readonly Tool[]} */
const WINDOW_TOOLS = [
  { debian: 'chromium', probe: '/usr/bin/chromium', why: 'the window is tested in it' },
  {
    debian: 'fonts-inter',
    probe: '/usr/share/fonts/opentype/inter/Inter-Regular.otf',
    why: 'pictures of the window look the same everywhere',
  },
  {
    debian: 'fonts-jetbrains-mono',
    probe: '/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf',
    why: 'pictures of consoles look the same everywhere',
  },
];

/** What pictures of the window need. @type {readonly Tool[]} */
export const PICTURE_TOOLS = [
  ...WINDOW_TOOLS,
  { debian: 'pngquant', probe: 'pngquant', why: 'makes the pictures of the README small' },
];

/** What the tests need. @type {readonly Tool[]} */
export const TEST_TOOLS = [
  { debian: 'qemu-user', probe: 'qemu-riscv64', why: 'reference for user-mode instructions' },
  { debian: 'qemu-system-misc', probe: 'qemu-system-riscv64', why: 'reference for traps, page tables and the board' },
  { debian: 'gcc-riscv64-linux-gnu', probe: 'riscv64-linux-gnu-gcc', why: 'builds test programs' },
  { debian: 'libc6-dev-riscv64-cross', probe: '/usr/riscv64-linux-gnu/include/stdio.h', why: 'builds test programs' },
  { debian: 'device-tree-compiler', probe: 'dtc', why: 'reads our device tree' },
  { debian: 'opensbi', probe: '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin', why: 'M-mode boot' },
  ...WINDOW_TOOLS,
  { debian: '7zip', probe: '7zz', why: 'packs the tar.gz of the app' },
  { debian: 'gdb-multiarch', probe: 'gdb-multiarch', why: 'attaches to the debug stub' },
];

/** @param {string} probe */
function present(probe) {
  if (probe.startsWith('/')) return existsSync(probe);
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, probe), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The prefix with which apt-get may be run: nothing for root, `sudo -n` where that works; undefined where neither does. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

/** @param {readonly string[]} packages */
async function aptInstall(packages) {
  const prefix = privilege();
  if (!prefix) return 'this user is neither root nor may use sudo without a password';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {readonly string[]} args */
  const apt = (args) => {
    const [file, ...rest] = [
      ...prefix,
      'apt-get',
      '-q',
      '-o',
      'DPkg::Lock::Timeout=600',
      '-o',
      'Dpkg::Use-Pty=0',
      ...args,
    ];
    return run(/** @type {string} */ (file), rest, { env, stdio: ['ignore', 2, 2] });
  };
  say(`Installing Debian packages: ${packages.join(' ')}`);
  // A single unreachable source must not stop us: the packages may well come from another.
  await apt(['update']);
  const status = await apt(['install', '-y', '--no-install-recommends', ...packages]);
  return status === 0 ? undefined : `apt-get install ended with status ${status}`;
}

/**
 * Makes sure that programs are there; throws `SetupError` with the list of those that cannot be had.
 * @param {readonly Tool[]} tools
 */
export async function ensureTools(tools) {
  const missing = () => tools.filter(({ probe }) => !present(probe));
  const before = missing();
  if (before.length === 0) return;
  const packages = before.map(({ debian }) => debian);
  const problem = present('apt-get') ? await aptInstall(packages) : 'this system has no apt-get';
  const after = missing();
  if (after.length === 0) return;
  const list = after.map(({ debian, probe, why }) => `\n    ${probe} (${why}; Debian package ${debian})`).join('');
  throw new SetupError(
    `Missing programs${problem ? `, and ${problem}` : ''}:${list}`,
    present('apt-get')
      ? `Have them installed with: apt-get install ${after.map(({ debian }) => debian).join(' ')}`
      : "Install them with this system's package manager so that they are on the PATH, or use Debian or Ubuntu.",
  );
}
