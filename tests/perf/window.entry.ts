/** `npm run bench:window`: the built window in Chromium, against plain pages that do as little as can be. Ends with 1 if anything failed. */
import os from 'node:os';
import { ensureWindow } from '../../scripts/setup/build.mjs';
import { describeError } from '../../shared/base/errors.ts';
import { launchBrowser, READABLE_TERMINALS } from '../fixtures/browser.ts';
import { serve } from '../fixtures/served.ts';
import { machineInfo } from './harness/machine-info.ts';
import { createRecording } from './harness/recording.ts';
import { openMadeUp } from './window/made-up.ts';
import { type Options, parseOptions, USAGE } from './window/options.ts';
import { makeRows, renderRows } from './window/report.ts';
import { firstWindow, SCENE_SIDES, type Stage } from './window/scenes.ts';

const MACHINES = 500;

async function measureAll(options: Options) {
  await ensureWindow(process.execPath);
  const recording = createRecording();
  const served = await serve();
  const madeUp = await openMadeUp(MACHINES);
  const browser = await launchBrowser(READABLE_TERMINALS);
  try {
    const stage: Stage = { browser, madeUp, served: await firstWindow(served), options };
    // Round 0 fills the file system's caches and those of the servers, and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      process.stderr.write(round === 0 ? 'warming up\n' : `round ${round} of ${options.rounds}\n`);
      for (const scene of options.only) {
        const { ours, peer } = SCENE_SIDES[scene];
        const sides = [{ name: 'ours', measure: ours }, ...(peer ? [{ name: 'peer', measure: peer }] : [])];
        // Every other round the other way about, so that none always comes after the same one.
        for (const { name, measure } of round % 2 === 0 ? sides : sides.toReversed()) {
          const values = await measure(stage);
          if (round === 0) continue;
          for (const [figure, value] of Object.entries(values)) recording.add(figure, name, value);
        }
      }
    }
    return { rows: makeRows(options.only, recording), chromium: browser.version() };
  } finally {
    await browser.close();
    madeUp.end();
    await served.dispose();
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
  } else {
    const machine = await machineInfo();
    const { rows, chromium } = await measureAll(options);
    if (options.json) {
      const { rounds, keys } = options;
      const report = {
        format: 1,
        date: new Date().toISOString(),
        machine,
        chromium,
        loadAverageAtEnd: os.loadavg(),
        settings: { rounds, keys, machines: MACHINES },
        rows,
      };
      console.log(JSON.stringify(report, undefined, 2));
    } else console.log(renderRows(rows));
  }
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
