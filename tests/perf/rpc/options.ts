import { parseArgs } from 'node:util';
import { InnError } from '../../../shared/base/errors.ts';
import { TRANSPORTS } from './transports.ts';

export interface Options {
  readonly json: boolean;
  readonly help: boolean;
  /** In each, every wire does everything once, and so does its peer. */
  readonly rounds: number;
  readonly wires: readonly string[];
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
  const values = parse(argv);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 7));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw usage('--rounds takes a number from 1 to 100');
  const only = values.only?.split(/[ ,]+/).filter((word) => word !== '') ?? Object.keys(TRANSPORTS);
  const unknown = only.find((name) => !Object.hasOwn(TRANSPORTS, name));
  if (unknown !== undefined || only.length === 0) throw usage(`--only: no such wire: "${unknown ?? ''}"`);
  return {
    json: values.json,
    help: values.help,
    rounds,
    wires: only,
    calls: values.quick ? 500 : 3000,
    megabytes: values.quick ? 8 : 48,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        only: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

function usage(message: string): InnError {
  return new InnError(message, { code: 'usage', nextStep: USAGE });
}
