import { parseParagraphs } from './apt-sources.ts';

/** What apt's index says of a package. */
export interface PackageRecord {
  name: string;
  version: string;
  /** The package's own: `riscv64` or `all`. */
  architecture: string;
  /** Groups of alternatives, best first, without version bounds: the archive of one suite is consistent. */
  depends: string[][];
  provides: string[];
  bytes: number;
  sha256: string;
}

/** Reads the output of `apt-cache show`. Records without a file to download are left out. */
export function parsePackageRecords(text: string): PackageRecord[] {
  return parseParagraphs(text).flatMap((fields) => {
    const [name, version, sha256] = [fields.get('package'), fields.get('version'), fields.get('sha256')];
    if (!name || !version || !sha256) return [];
    const architecture = fields.get('architecture') ?? '';
    const depends = [fields.get('pre-depends'), fields.get('depends')].flatMap(parseRelations);
    const provides = parseRelations(fields.get('provides')).flat();
    return [{ name, version, architecture, sha256, depends, provides, bytes: Number(fields.get('size') ?? 0) }];
  });
}

/** `a (>= 1), b | c:any` becomes `[['a'], ['b', 'c']]`. */
export function parseRelations(text: string | undefined): string[][] {
  return (text ?? '')
    .split(',')
    .map((group) =>
      group
        .split('|')
        .map((alternative) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(alternative)?.[1] ?? '')
        .filter(Boolean),
    )
    .filter((group) => group.length > 0);
}

/**
 * The packages named and all that they depend on (first alternative that exists), in the order found. `show` looks up records
 * by name and leaves out names that the suite does not have. `follow` decides which dependencies matter; by default all.
 * Throws a plain `Error` if a named package or a followed dependency does not exist.
 */
export async function packageClosure(
  names: readonly string[],
  show: (names: readonly string[]) => Promise<readonly PackageRecord[]>,
  follow: (name: string) => boolean = () => true,
): Promise<PackageRecord[]> {
  const found = new Map<string, PackageRecord>();
  let groups: { alternatives: string[]; of: string }[] = names.map((name) => ({
    alternatives: [name],
    of: 'the recipe',
  }));
  while (groups.length > 0) {
    const unknown = new Set(groups.flatMap(({ alternatives }) => alternatives).filter((name) => !found.has(name)));
    const records = new Map<string, PackageRecord>();
    // apt lists newer versions first.
    for (const record of unknown.size > 0 ? await show([...unknown]) : []) {
      if (!records.has(record.name)) records.set(record.name, record);
    }
    const next: typeof groups = [];
    for (const { alternatives, of } of groups) {
      if (alternatives.some((name) => found.has(name))) continue;
      const record = alternatives.map((name) => records.get(name)).find((candidate) => candidate !== undefined);
      if (!record) {
        if ([...found.values()].some(({ provides }) => provides.some((name) => alternatives.includes(name)))) continue;
        throw new Error(`This suite has no package ${alternatives.join(' or ')} (needed by ${of})`);
      }
      found.set(record.name, record);
      for (const group of record.depends) {
        const wanted = group.filter(follow);
        if (wanted.length > 0) next.push({ alternatives: wanted, of: record.name });
      }
    }
    groups = next;
  }
  return [...found.values()];
}
