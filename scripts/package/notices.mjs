/** Writes the notices that an installed app owes to others: npm packages with their licences, and the guest's packages. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../setup/paths.mjs';

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
/** The name of a package in an import, without the path inside it. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[^']*)?'/g;

/** Packages that the window's sources name, and so end up in its bundle. */
function bundledPackages() {
  const folder = path.join(ROOT, 'renderer');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file),
  );
  const names = sources.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(IMPORT)].map(([, name]) => name ?? ''),
  );
  return [...new Set(names)];
}

/**
 * @typedef {object} Package
 * @property {string} name
 * @property {string} version
 * @property {string} licence
 * @property {string} text
 */

/**
 * Follows dependencies as Node finds them.
 * @param {readonly string[]} names
 * @returns {Package[]}
 */
function packagesOf(names) {
  /** @type {Map<string, Package>} */
  const found = new Map();
  /** @param {string} name @param {string} from */
  const add = (name, from) => {
    const folder = resolve(name, from);
    // Optional dependencies of other systems are not installed, and not shipped
    if (folder === undefined || found.has(folder)) return;
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const texts = readdirSync(folder)
      .filter((file) => LICENCE_FILE.test(file))
      .sort()
      .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
    found.set(folder, {
      name,
      version: manifest.version,
      licence: typeof manifest.license === 'string' ? manifest.license : 'see text',
      text: texts.join('\n\n'),
    });
    for (const next of Object.keys(manifest.dependencies ?? {})) add(next, folder);
  };
  for (const name of names) add(name, ROOT);
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** @param {string} name @param {string} from */
function resolve(name, from) {
  for (let dir = from; ; dir = path.dirname(dir)) {
    const folder = path.join(dir, 'node_modules', name);
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (dir === ROOT || path.dirname(dir) === dir) return undefined;
  }
}

/**
 * @param {readonly string[]} guestFolders
 * @returns {string} path of the file
 */
export function writeNotices(guestFolders) {
  const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const packages = packagesOf([...Object.keys(dependencies), ...bundledPackages()]);
  const guests = guestFolders.map((folder) => JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')));
  const rule = '='.repeat(78);
  const text = [
    'THIRD-PARTY NOTICES',
    '',
    'Innkeeper is licensed under Apache-2.0. It is shipped with Electron, whose licences are in LICENSE.electron.txt and',
    'LICENSES.chromium.html beside the app, and with the works below.',
    '',
    rule,
    'THE LINUX GUEST',
    rule,
    '',
    'The folders resources/guest/* hold a Linux system made of unmodified Debian packages. Many of them, the Linux kernel',
    '(GPL-2.0) and busybox (GPL-2.0) among them, are under licences of the GNU project that entitle you to their source.',
    '',
    'How to get it: each package below is named with its exact version. On any Debian system whose sources list the suite',
    'with "deb-src", run',
    '',
    '    apt-get source NAME=VERSION',
    '',
    "or take it from Debian's archive of all versions ever published (the snapshot service). The small kernel is compiled",
    "without changes from the package linux-source; its configuration and the program that builds it are in Innkeeper's own",
    'source: assets/guest/small.config, main/guest/small.ts. The licence of each package is in its file',
    '/usr/share/doc/NAME/copyright.',
    '',
    ...guests.flatMap(({ kind, kernelRelease, suite, packages: list }) => [
      `Guest "${kind}", Linux ${kernelRelease}, from the suite ${suite}:`,
      ...list.map((/** @type {{ name: string, version: string }} */ each) => `    ${each.name} ${each.version}`),
      '',
    ]),
    ...packages.flatMap(({ name, version, licence, text: licenceText }) => [
      rule,
      `${name} ${version} (${licence})`,
      rule,
      '',
      licenceText || `No licence text is shipped with this package; its manifest says: ${licence}.`,
      '',
    ]),
  ].join('\n');
  const folder = path.join(ROOT, 'build/notices');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'THIRD-PARTY-NOTICES.txt');
  writeFileSync(file, text);
  return file;
}
