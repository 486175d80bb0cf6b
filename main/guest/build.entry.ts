/** `node main/guest/build.entry.ts [--kernel stock|small] [--out DIR] [--force] [--offline]`: the last line is the guest's folder. */
import { parseArgs } from 'node:util';
import { describeError, InnError } from '../../shared/base/errors.ts';
import { copyGuest, ensureGuest, type GuestProgress } from './index.ts';

function parse() {
  try {
    return parseArgs({
      options: {
        kernel: { type: 'string', default: 'stock' },
        out: { type: 'string' },
        force: { type: 'boolean', default: false },
        offline: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

function usage(message: string): InnError {
  return new InnError(message, {
    code: 'usage',
    nextStep: 'Usage: build.entry.ts [--kernel stock|small] [--out DIR] [--force] [--offline]',
  });
}

/** A step is a line; on a terminal its percentage runs along at the end of it. */
function progressPrinter(): { show(progress: GuestProgress): void; end(): void } {
  const live = process.stderr.isTTY;
  let step = '';
  return {
    show(progress) {
      if (progress.step !== step)
        process.stderr.write(`${step && live ? '\n' : ''}${progress.step}${live ? '' : '\n'}`);
      step = progress.step;
      if (live && progress.percent !== undefined) {
        process.stderr.write(`\r${step} ${Math.round(progress.percent)} %\x1b[K`);
      }
    },
    end() {
      if (step && live) process.stderr.write('\n');
    },
  };
}

const printer = progressPrinter();
try {
  const { kernel, out, force, offline } = parse();
  if (kernel !== 'stock' && kernel !== 'small') throw usage(`No such kernel: ${kernel}`);
  const guest = await ensureGuest({ kernel, force, offline, onProgress: printer.show });
  const result = out === undefined ? guest : await copyGuest(guest, out);
  printer.end();
  console.log(result.dir);
} catch (error) {
  printer.end();
  console.error(describeError(error));
  process.exitCode = 1;
}
