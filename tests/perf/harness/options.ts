import { parseArgs } from 'node:util';
import { InnError } from '../../../shared/base/errors.ts';
import { FIGURES, type Figure } from './figures.ts';

export const ENGINE_NAMES = ['native', 'innkeeper', 'qemu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface Options {
  json: boolean;
  help: boolean;
  figures: readonly Figure[];
  engines: readonly EngineName[];
  /** Rounds; in each, every engine runs everything once. */
  runs: number;
  /** How long a workload without a fixed size repeats its chunk. */
  seconds: number;
  /** Iterations of the integer kernel on the bare machine; 175,000 instructions each. */
  iterations: number;
}

export const USAGE = `Usage: npm run bench -- [--json] [--quick] [--runs N] [--only NAME,...] [--engines NAME,...]

  --json      everything measured as JSON on stdout; progress goes to stderr
  --quick     one short round: for a look, not for a claim
  --runs N    rounds, 3 by default
  --only      these figures: ${FIGURES.map((figure) => figure.name).join(' ')}
  --engines   of ${ENGINE_NAMES.join(' ')}`;

/** Throws `InnError` (`usage`) for anything that is not understood. */
export function parseOptions(argv: readonly string[]): Options {
  const values = parse(argv);
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(runs) || runs < 1 || runs > 100) throw usage('--runs takes a number from 1 to 100');
  const only = values.only === undefined ? undefined : words(values.only);
  const unknown = only?.find((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown !== undefined || only?.length === 0) throw usage(`--only: no such figure: "${unknown ?? ''}"`);
  const engines = values.engines === undefined ? [...ENGINE_NAMES] : words(values.engines);
  if (engines.length === 0 || !engines.every(isEngine)) throw usage(`--engines takes of ${ENGINE_NAMES.join(', ')}`);
  return {
    json: values.json,
    help: values.help,
    figures: FIGURES.filter((figure) => only?.includes(figure.name) ?? true),
    engines: ENGINE_NAMES.filter((name) => engines.includes(name)),
    runs,
    seconds: values.quick ? 1 : 3,
    iterations: values.quick ? 1720 : 6000,
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
        runs: { type: 'string' },
        only: { type: 'string' },
        engines: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

function isEngine(name: string): name is EngineName {
  return ENGINE_NAMES.some((known) => known === name);
}

function words(list: string): string[] {
  return list.split(/[ ,]+/).filter((word) => word !== '');
}

function usage(message: string): InnError {
  return new InnError(message, { code: 'usage', nextStep: USAGE });
}
