/** The command line of a benchmark that does a few named things in rounds. */
import { parseArgs } from 'node:util';
import { InnError } from '../../../shared/base/errors.ts';

export interface RoundOptions {
  readonly json: boolean;
  readonly help: boolean;
  /** Less of everything, once. */
  readonly quick: boolean;
  /** In each, everything is measured once, and so is its peer. */
  readonly rounds: number;
  readonly only: readonly string[];
}

export interface RoundDefaults {
  readonly usage: string;
  /** What `--only` may name: all of it by default. */
  readonly names: readonly string[];
  /** What one of them is called. */
  readonly noun: string;
  readonly rounds: number;
}

/** Throws `InnError` (`usage`) for anything that is not understood. */
export function parseRoundOptions(argv: readonly string[], defaults: RoundDefaults): RoundOptions {
  const usage = (message: string) => new InnError(message, { code: 'usage', nextStep: defaults.usage });
  const values = parse(argv, usage);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : defaults.rounds));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw usage('--rounds takes a number from 1 to 100');
  const only = values.only?.split(/[ ,]+/).filter((word) => word !== '') ?? defaults.names;
  const unknown = only.find((name) => !defaults.names.includes(name));
  if (unknown !== undefined || only.length === 0) throw usage(`--only: no such ${defaults.noun}: "${unknown ?? ''}"`);
  const { json, help, quick } = values;
  return { json, help, quick, rounds, only };
}

function parse(argv: readonly string[], usage: (message: string) => InnError) {
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
