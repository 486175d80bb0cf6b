import { parseRoundOptions, type RoundOptions } from '../harness/round-options.ts';
import { TRANSPORTS } from './transports.ts';

export interface Options extends RoundOptions {
  /** How much is done in one go. */
  readonly calls: number;
  readonly megabytes: number;
}

export const USAGE = `Usage: npm run bench:rpc -- [--json] [--quick] [--rounds N] [--only WIRE,...]

  --json       everything measured as JSON on stdout; progress goes to stderr
  --quick      one short round: for a look, not for a claim
  --rounds N   7 by default
  --only       of ${Object.keys(TRANSPORTS).join(' ')}`;

/** Throws `InnError` (`usage`) for anything that is not understood. */
export function parseOptions(argv: readonly string[]): Options {
  const options = parseRoundOptions(argv, { usage: USAGE, names: Object.keys(TRANSPORTS), noun: 'wire', rounds: 7 });
  return { ...options, calls: options.quick ? 500 : 3000, megabytes: options.quick ? 8 : 48 };
}
