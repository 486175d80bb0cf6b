import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  debianMirrors,
  formatDeb822Source,
  parseDeb822Sources,
  parseOneLineSources,
  readSystemSources,
} from './apt-sources.ts';

test('one-line format', () => {
  const text = [
    '# deb http://off.example/debian bookworm main',
    'deb http://a.example/debian bookworm main contrib # comment',
    ' deb [arch=amd64,i386 signed-by=/k.gpg] https://b.example/debian trixie main',
    'deb-src http://c.example/debian bookworm main',
    'deb http://flat.example ./',
    'debris http://d.example x main',
    '',
  ].join('\n');
  const source = { types: ['deb'], signedBy: undefined };
  expect(parseOneLineSources(text)).toEqual([
    { ...source, uris: ['http://a.example/debian'], suites: ['bookworm'], components: ['main', 'contrib'] },
    { ...source, uris: ['https://b.example/debian'], suites: ['trixie'], components: ['main'], signedBy: '/k.gpg' },
    { ...source, types: ['deb-src'], uris: ['http://c.example/debian'], suites: ['bookworm'], components: ['main'] },
    { ...source, uris: ['http://flat.example'], suites: ['./'], components: [] },
  ]);
});

const KEY = ['-----BEGIN PGP PUBLIC KEY BLOCK-----', ' .', ' mQINBF', ' -----END PGP PUBLIC KEY BLOCK-----'].join('\n');

test('deb822 format: comments, continuation lines, disabled paragraphs, a key inside', () => {
  const text = `# about
Types: deb deb-src
URIs: http://a.example/debian
# http://commented.example
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /k.gpg

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: sid
Components: main

types: deb
uris: http://b.example/debian
suites: sid
components: main
signed-by: ${KEY}
`;
  expect(parseDeb822Sources(text)).toEqual([
    {
      types: ['deb', 'deb-src'],
      uris: ['http://a.example/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      signedBy: '/k.gpg',
    },
    { types: ['deb'], uris: ['http://b.example/debian'], suites: ['sid'], components: ['main'], signedBy: KEY },
  ]);
});

test('what is written is read back the same, with a key of several lines too', () => {
  const [source] = parseDeb822Sources(formatDeb822Source({ uri: 'http://a.example/debian', signedBy: KEY }, 'forky'));
  expect(source).toEqual({
    types: ['deb'],
    uris: ['http://a.example/debian'],
    suites: ['forky'],
    components: ['main'],
    signedBy: KEY,
  });
});

test('only mirrors of whole Debian releases count, each once', () => {
  const mirrors = debianMirrors([
    ...parseOneLineSources(
      [
        'deb cdrom:[Debian]/ bookworm main',
        'deb http://security.example/debian-security bookworm-security main',
        'deb http://other.example/node nodistro main',
        'deb-src http://src.example/debian bookworm main',
        'deb [signed-by=/k.gpg] http://a.example/debian bookworm main',
        'deb http://a.example/debian trixie main',
        'deb http://nonfree.example/debian bookworm non-free',
        'deb http://ubuntu.example/ubuntu noble main',
      ].join('\n'),
    ),
    ...parseDeb822Sources(
      'Types: deb\nURIs: http://b.example/d http://c.example/d\nSuites: testing\nComponents: main\n',
    ),
  ]);
  expect(mirrors).toEqual([
    { uri: 'http://a.example/debian', signedBy: '/k.gpg' },
    { uri: 'http://b.example/d', signedBy: undefined },
    { uri: 'http://c.example/d', signedBy: undefined },
  ]);
});

test('all files of /etc/apt in order; missing ones are empty', async () => {
  const etc = await fs.mkdtemp(path.join(tmpdir(), 'inn-apt-'));
  expect(await readSystemSources(path.join(etc, 'nowhere'))).toEqual([]);
  await fs.mkdir(path.join(etc, 'sources.list.d'));
  await fs.writeFile(
    path.join(etc, 'sources.list.d/b.sources'),
    'Types: deb\nURIs: http://2\nSuites: sid\nComponents: main\n',
  );
  await fs.writeFile(path.join(etc, 'sources.list.d/a.list'), 'deb http://1 sid main\n');
  await fs.writeFile(path.join(etc, 'sources.list.d/c.list.disabled'), 'deb http://9 sid main\n');
  await fs.writeFile(path.join(etc, 'sources.list'), 'deb http://0 sid main\n');
  expect((await readSystemSources(etc)).flatMap(({ uris }) => uris)).toEqual(['http://0', 'http://1', 'http://2']);
  await fs.rm(etc, { recursive: true });
});
