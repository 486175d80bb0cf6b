/** `npm run bench:owner`: how long the thread around a host is busy at a time, while sixteen consoles flood. Ends with 1 if anything failed. */
import os from 'node:os';
import { describeError } from '../../shared/base/errors.ts';
import { columns } from './harness/columns.ts';
import { machineInfo } from './harness/machine-info.ts';
import { createRecording, describeSummary } from './harness/recording.ts';
import { parseRoundOptions } from './harness/round-options.ts';
import { bare, ours, type Sample, type Side } from './owner/sides.ts';

/** Milliseconds that the thread which draws the app's windows and menus may be busy at a time. */
const GOAL = 5;
const FIGURES: readonly { readonly name: keyof Sample; readonly unit: string; readonly goal?: number }[] = [
  { name: 'longest', unit: 'ms', goal: GOAL },
  { name: 'percentile99', unit: 'ms', goal: GOAL },
  { name: 'throughput', unit: 'MiB/s' },
];
const SIDES: Readonly<Record<string, Side>> = { ours, bare };

const USAGE = `Usage: npm run bench:owner -- [--json] [--quick] [--rounds N] [--only SIDE,...]

  --json       everything measured as JSON on stdout; progress goes to stderr
  --quick      one round: for a look, not for a claim
  --rounds N   7 by default
  --only       of ${Object.keys(SIDES).join(' ')}`;

type Options = ReturnType<typeof parseRoundOptions>;

async function measureAll({ only, rounds }: Options) {
  const recording = createRecording();
  // Round 0 lets the compiler see everything and does not count.
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(round === 0 ? 'warming up\n' : `round ${round} of ${rounds}\n`);
    for (const name of round % 2 === 0 ? only : only.toReversed()) {
      const sample = await SIDES[name]?.();
      if (!sample || round === 0) continue;
      for (const figure of FIGURES) recording.add(figure.name, name, sample[figure.name]);
    }
  }
  return FIGURES.map((figure) => ({
    ...figure,
    sides: Object.fromEntries(only.map((name) => [name, recording.summary(figure.name, name)])),
  }));
}

function render(rows: Awaited<ReturnType<typeof measureAll>>, only: readonly string[]): string {
  const lines = rows.map(({ name, unit, goal, sides }) => [
    name,
    unit,
    ...only.map((side) => (sides[side] ? describeSummary(sides[side]) : '')),
    goal !== undefined && sides.ours ? `<= ${goal}: ${sides.ours.median <= goal ? 'reached' : 'missed'}` : '',
  ]);
  return columns([['figure', 'unit', ...only, 'goal'], ...lines]).join('\n');
}

try {
  const options = parseRoundOptions(process.argv.slice(2), {
    usage: USAGE,
    names: Object.keys(SIDES),
    noun: 'side',
    rounds: 7,
  });
  if (options.help) {
    console.log(USAGE);
  } else {
    const machine = await machineInfo();
    const rows = await measureAll(options);
    if (options.json) {
      const { rounds } = options;
      const report = {
        format: 1,
        date: new Date().toISOString(),
        machine,
        loadAverageAtEnd: os.loadavg(),
        settings: { rounds },
        rows,
      };
      console.log(JSON.stringify(report, undefined, 2));
    } else console.log(render(rows, options.only));
  }
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
