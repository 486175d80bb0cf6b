import { parseRoundOptions, type RoundOptions } from '../harness/round-options.ts';
import { SCENES, type Scene } from './figures.ts';

export interface Options extends RoundOptions {
  readonly only: readonly Scene[];
  /** Keys typed for one value. */
  readonly keys: number;
}

export const USAGE = `Usage: npm run bench:window -- [--json] [--quick] [--rounds N] [--only SCENE,...]

  --json       everything measured as JSON on stdout; progress goes to stderr
  --quick      one short round: for a look, not for a claim
  --rounds N   7 by default
  --only       of ${SCENES.join(' ')}`;

/** Throws `InnError` (`usage`) for anything that is not understood. */
export function parseOptions(argv: readonly string[]): Options {
  const options = parseRoundOptions(argv, { usage: USAGE, names: SCENES, noun: 'scene', rounds: 7 });
  return { ...options, only: SCENES.filter((scene) => options.only.includes(scene)), keys: options.quick ? 6 : 16 };
}
