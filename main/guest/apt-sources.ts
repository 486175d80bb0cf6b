import { promises as fs } from 'node:fs';
import path from 'node:path';

/** One package source of the system's apt, from either of its two formats (sources.list(5)). */
export interface AptSource {
  types: string[];
  uris: string[];
  suites: string[];
  components: string[];
  /** Keyring path, fingerprints, or a whole armored key (then of several lines). */
  signedBy: string | undefined;
}

/** The one-line format: `deb [signed-by=/key.gpg arch=amd64] URI SUITE COMPONENT...`. Lines that apt would reject are left out. */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (!match) continue;
    const [, type = '', options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    sources.push({ types: [type], uris: [uri], suites: [suite], components: words(components), signedBy });
  }
  return sources;
}

/** The deb822 format: paragraphs of `Field: value` with continuation lines. Paragraphs with `Enabled: no` are left out. */
export function parseDeb822Sources(text: string): AptSource[] {
  return parseParagraphs(text)
    .filter((fields) => !/^(no|false|0|off|without|disable)$/i.test(fields.get('enabled') ?? ''))
    .map((fields) => ({
      types: words(fields.get('types')),
      uris: words(fields.get('uris')),
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      signedBy: fields.get('signed-by') || undefined,
    }))
    .filter((source) => source.types.length > 0 && source.uris.length > 0);
}

/**
 * Paragraphs of a Debian control file (deb-control(5)): names in lower case, values without leading and trailing space, the
 * lines of a value of several lines as they stand. Comment lines are dropped.
 */
export function parseParagraphs(text: string): Map<string, string>[] {
  const paragraphs: Map<string, string>[] = [];
  let fields = new Map<string, string>();
  let current: string | undefined;
  const finish = () => {
    if (fields.size > 0) paragraphs.push(fields);
    fields = new Map();
    current = undefined;
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') {
      finish();
    } else if (/^[ \t]/.test(line)) {
      if (current !== undefined) fields.set(current, `${fields.get(current) ?? ''}\n${line}`);
    } else {
      const colon = line.indexOf(':');
      if (colon < 1) continue;
      current = line.slice(0, colon).toLowerCase();
      fields.set(current, line.slice(colon + 1).trim());
    }
  }
  finish();
  return paragraphs;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter(Boolean);
}

/** Everything in `/etc/apt/sources.list` and `sources.list.d`, in apt's order. A missing file is an empty one. */
export async function readSystemSources(etcApt = '/etc/apt'): Promise<AptSource[]> {
  const sources = parseOneLineSources(await readText(path.join(etcApt, 'sources.list')));
  const dir = path.join(etcApt, 'sources.list.d');
  const names = await fs.readdir(dir).catch(() => []);
  for (const name of names.sort()) {
    if (name.endsWith('.list')) sources.push(...parseOneLineSources(await readText(path.join(dir, name))));
    if (name.endsWith('.sources')) sources.push(...parseDeb822Sources(await readText(path.join(dir, name))));
  }
  return sources;
}

async function readText(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  }
}

/** Where to get Debian's packages, and what their signatures are checked against. */
export interface DebianMirror {
  uri: string;
  signedBy: string | undefined;
}

/** Names under which Debian's archive publishes whole releases. A mirror of one of them has all of them. */
const DEBIAN_SUITES =
  /^(bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable|experimental)$/;

/**
 * Mirrors of Debian's main archive among the system's sources. Security and backports archives do not count: their mirrors
 * may lack the releases. Removable media cannot serve another architecture.
 */
export function debianMirrors(sources: readonly AptSource[]): DebianMirror[] {
  const mirrors = new Map<string, DebianMirror>();
  for (const { types, uris, suites, components, signedBy } of sources) {
    if (!types.includes('deb') || !components.includes('main')) continue;
    if (!suites.some((suite) => DEBIAN_SUITES.test(suite))) continue;
    for (const uri of uris) {
      if (!/^(cdrom|file|copy):/.test(uri) && !mirrors.has(uri)) mirrors.set(uri, { uri, signedBy });
    }
  }
  return [...mirrors.values()];
}

/** A deb822 sources file with one suite of one mirror. */
export function formatDeb822Source(mirror: DebianMirror, suite: string): string {
  const signedBy = mirror.signedBy === undefined ? '' : `Signed-By: ${mirror.signedBy}\n`;
  return `Types: deb\nURIs: ${mirror.uri}\nSuites: ${suite}\nComponents: main\n${signedBy}`;
}
