import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../platform/process.ts';
import { type AptSuite, debFileName, downloadPercent, openSuite } from './apt.ts';

test('progress lines of apt', () => {
  expect(downloadPercent('dlstatus:1:54.3:Retrieving file 1 of 2 (0s remaining)')).toBe(54.3);
  expect(downloadPercent('Get:1 http://x forky InRelease')).toBeUndefined();
});

test("apt's file names", () => {
  const record = { name: 'busybox-static', version: '1:1.38.0-3+b1', architecture: 'riscv64' };
  expect(debFileName(record)).toBe('busybox-static_1%3a1.38.0-3+b1_riscv64.deb');
});

const apt = await findProgram('apt-get');

/** A repository on this disk, as `apt` sees it through a file: address, unsigned unless its sources say that it is trusted. */
let dir = '';
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(tmpdir(), 'inn-apt-'));
});
afterEach(() => fs.rm(dir, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

async function makeRepository(deb: string): Promise<string> {
  const repository = path.join(dir, 'repository');
  const suite = path.join(repository, 'dists/forky');
  const index = path.join(suite, 'main/binary-riscv64');
  await fs.mkdir(index, { recursive: true });
  await fs.mkdir(path.join(repository, 'pool'));
  await fs.writeFile(path.join(repository, 'pool/tool.deb'), deb);
  const packages = `Package: tool
Version: 1:2-3
Architecture: riscv64
Maintainer: none
Filename: pool/tool.deb
Size: ${deb.length}
SHA256: ${sha256(deb)}
Description: x
`;
  await fs.writeFile(path.join(index, 'Packages'), packages);
  const release = `Suite: forky
Codename: forky
Architectures: riscv64
Components: main
Date: Sat, 01 Jan 2022 00:00:00 UTC
Valid-Until: Sat, 08 Jan 2022 00:00:00 UTC
SHA256:
 ${sha256(packages)} ${packages.length} main/binary-riscv64/Packages
`;
  await fs.writeFile(path.join(suite, 'Release'), release);
  return repository;
}

const open = (uri: string) => openSuite({ uri, signedBy: undefined }, 'forky', path.join(dir, 'state'));

test('a suite without a signature is refused', async ({ skip }) => {
  skip(!apt, 'needs apt');
  const suite = await open(`file:${await makeRepository('bytes')}`);
  await expect(suite.update(() => {})).rejects.toThrow(/not signed/);
});

/** A sources file may declare a repository trusted; ours never does, so the tests add it behind the suite's back. */
async function openTrusted(deb: string): Promise<AptSuite> {
  const suite = await open(`file:${await makeRepository(deb)}`);
  await fs.appendFile(path.join(dir, 'state/apt/forky/guest.sources'), 'Trusted: yes\n');
  await suite.update(() => {});
  return suite;
}

test('records, downloads and what is kept', async ({ skip }) => {
  skip(!apt, 'needs apt');
  const suite = await openTrusted('bytes of the package');
  expect(await suite.show(['no-such-package'])).toEqual([]);
  const [tool] = await suite.show(['no-such-package', 'tool']);
  if (!tool) throw new Error('tool is not in the index');
  expect(tool).toMatchObject({ name: 'tool', version: '1:2-3', architecture: 'riscv64' });

  const options = { offline: false, onPercent: () => {} };
  await expect(suite.fetch(tool, { ...options, offline: true })).rejects.toThrow('not been downloaded');
  const file = await suite.fetch(tool, options);
  expect(await fs.readFile(file, 'utf8')).toBe('bytes of the package');
  expect(await suite.fetch(tool, { ...options, offline: true })).toBe(file);
  // Half a file from an interrupted download does not pass for the whole.
  await fs.writeFile(file, 'bytes of');
  await expect(suite.fetch(tool, { ...options, offline: true })).rejects.toThrow('not been downloaded');
  await suite.fetch(tool, options);
  expect(await fs.readFile(file, 'utf8')).toBe('bytes of the package');
});

test('a package that is not what the index promises is refused', async ({ skip }) => {
  skip(!apt, 'needs apt');
  const suite = await openTrusted('bytes of the package');
  await fs.writeFile(path.join(dir, 'repository/pool/tool.deb'), 'evil of the package!');
  const [tool] = await suite.show(['tool']);
  if (!tool) throw new Error('tool is not in the index');
  await expect(suite.fetch(tool, { offline: false, onPercent: () => {} })).rejects.toThrow();
});
