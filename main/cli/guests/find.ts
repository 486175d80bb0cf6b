/** From what a user typed to a machine. */
import { InnError } from '../../../shared/base/errors.ts';
import { nameKey } from '../../../shared/contract/limits.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Ids are twelve characters; so many at least are taken for the beginning of one. */
const SHORTEST_PREFIX = 4;
/** Changes of one character by which a suggestion may differ from what was typed. */
const FAR = 3;

/** Where it was looked for: for the error, and which command lists what there is. */
interface Place {
  readonly where: string;
  readonly list: string;
}

const IN_LIST: Place = { where: '', list: '`inn ls`' };
export const IN_TRASH: Place = { where: ' in the trash', list: '`inn trash`' };

/** The one of that name or id, or whose id alone begins so. Throws `machine-not-found`, or `machine-ambiguous`. */
export function findNamed<T>(all: readonly T[], text: string, named: (each: T) => Named, place = IN_LIST): T {
  const exact =
    all.find((each) => named(each).id === text) ?? all.find((each) => nameKey(named(each).name) === nameKey(text));
  if (exact) return exact;
  const begun = text.length < SHORTEST_PREFIX ? [] : all.filter((each) => named(each).id.startsWith(text));
  const [only, another] = begun;
  if (only && !another) return only;
  if (another) {
    throw new InnError(`${begun.length} machines have ids that begin with ${text}`, {
      code: 'machine-ambiguous',
      nextStep: `Write more of it: ${begun.map((each) => named(each).id).join(', ')}.`,
    });
  }
  const near = all
    .map((each) => ({ name: named(each).name, far: distance(nameKey(named(each).name), nameKey(text)) }))
    .filter(({ far }) => far <= FAR)
    .sort((a, b) => a.far - b.far)[0];
  const names = `${place.list} names them all.`;
  throw new InnError(`There is no machine "${text}"${place.where}`, {
    code: 'machine-not-found',
    nextStep: near ? `Did you mean ${JSON.stringify(near.name)}? ${names}` : names,
  });
}

/** Levenshtein: how many characters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
