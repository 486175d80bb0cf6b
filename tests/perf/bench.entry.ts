/** `npm run bench`: measures Innkeeper against the host and QEMU. Ends with 1 if anything failed or results disagree. */

import os from 'node:os';
import { describeError } from '../../shared/base/errors.ts';
import { QEMU } from './harness/engines.ts';
import { prepareGuest } from './harness/guest.ts';
import { machineInfo } from './harness/machine-info.ts';
import {
  bareVariants,
  bootFigure,
  countInstructions,
  measure,
  nativeWorkloads,
  stockPlan,
  type Workshop,
} from './harness/measure.ts';
import { type Options, parseOptions, USAGE } from './harness/options.ts';
import { buildBare, buildLinux, GUEST_COMPILER, HOST_COMPILER, requirePrograms } from './harness/programs.ts';
import { createRecording } from './harness/recording.ts';
import { makeReport, renderTable } from './harness/report.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Checks that everything is there and builds the programs and guests. Throws `InnError`s with a next step. */
async function prepare(options: Options): Promise<Workshop> {
  const emulated = options.engines.some((engine) => engine !== 'native');
  const native = options.engines.includes('native') && nativeWorkloads(options).length > 0;
  const variants = emulated ? bareVariants(options) : [];
  const needsQemu = options.engines.includes('qemu') || variants.length > 0;
  await requirePrograms([
    ...(native ? [HOST_COMPILER] : []),
    ...(emulated ? [GUEST_COMPILER] : []),
    ...(needsQemu ? [QEMU] : []),
  ]);
  say('building the programs');
  const host = native ? await buildLinux('host') : undefined;
  const bare: Workshop['bare'][number][] = [];
  for (const variant of variants) {
    const elf = await buildBare({ ...variant, iterations: options.iterations });
    const single =
      variant.harts === 1 ? elf : await buildBare({ ...variant, harts: 1, iterations: options.iterations });
    bare.push({ ...variant, elf, instructions: await countInstructions(single) });
  }
  const guests: Workshop['guests'] = {};
  if (emulated && stockPlan(options).needed) guests.stock = await prepareGuest('stock', say);
  if (emulated && bootFigure(options, 'small')) guests.small = await prepareGuest('small', say);
  return { options, host, bare, guests, recording: createRecording(), say };
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
  } else {
    const machine = await machineInfo();
    const workshop = await prepare(options);
    await measure(workshop);
    const report = makeReport(workshop, machine, os.loadavg());
    console.log(options.json ? JSON.stringify(report, undefined, 2) : renderTable(report));
    if (report.problems.length > 0) process.exitCode = 1;
  }
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
