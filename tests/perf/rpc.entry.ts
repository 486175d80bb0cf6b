/** `npm run bench:rpc`: calls and console bytes over every wire, against bare JSON on the same transport. Ends with 1 if anything failed. */
import os from 'node:os';
import { describeError } from '../../shared/base/errors.ts';
import { machineInfo } from './harness/machine-info.ts';
import { parseOptions, USAGE } from './rpc/options.ts';
import type { SideName, Taken } from './rpc/report.ts';
import { makeRows, renderRows } from './rpc/report.ts';
import { TRANSPORTS } from './rpc/transports.ts';
import type { Figure, Side } from './rpc/workloads.ts';
import { bareJson, FIGURES, measure, ours } from './rpc/workloads.ts';

type Options = ReturnType<typeof parseOptions>;

async function measureAll(options: Options): Promise<Taken[]> {
  const taken: Taken[] = [];
  const transports = await Promise.all(options.only.map(async (name) => TRANSPORTS[name]?.()));
  const sides: { wire: string; side: SideName; does: Side }[] = [];
  for (const transport of transports) {
    if (transport === undefined) continue;
    sides.push({ wire: transport.name, side: 'ours', does: await ours(await transport.wires()) });
    sides.push({ wire: transport.name, side: 'json', does: bareJson(await transport.lines()) });
  }
  const figures = Object.keys(FIGURES) as Figure[];
  // Round 0 lets the compiler see everything and does not count.
  for (let round = 0; round <= options.rounds; round++) {
    process.stderr.write(round === 0 ? 'warming up\n' : `round ${round} of ${options.rounds}\n`);
    for (const figure of figures) {
      const amount = figure === 'console' ? options.megabytes : options.calls;
      // Every other round the other way about, so that none always comes after the same one.
      for (const { wire, side, does } of round % 2 === 0 ? sides : sides.toReversed()) {
        const sample = await measure(figure, does, amount);
        if (round > 0) taken.push({ wire, figure, side, sample });
      }
    }
  }
  for (const transport of transports) transport?.close();
  return taken;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
  } else {
    const machine = await machineInfo();
    const rows = makeRows(options.only, await measureAll(options));
    if (options.json) {
      const { rounds, calls, megabytes } = options;
      const report = {
        format: 1,
        date: new Date().toISOString(),
        machine,
        loadAverageAtEnd: os.loadavg(),
        settings: { rounds, calls, megabytes },
        rows,
      };
      console.log(JSON.stringify(report, undefined, 2));
    } else console.log(renderRows(rows));
  }
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
