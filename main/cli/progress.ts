/** Shows the news while a guest is built: a line for each step, with its percentage running along on a terminal. */
import type { GuestProgress } from '../guest/index.ts';

export interface ProgressPrinter {
  show(progress: GuestProgress): void;
  /** Call it before anything else is written. */
  end(): void;
}

export function printProgress(write: (text: string) => void, live: boolean): ProgressPrinter {
  let step = '';
  return {
    show(progress) {
      if (progress.step !== step) {
        write(live ? `${step === '' ? '' : '\n'}${progress.step}` : `${progress.step}\n`);
        step = progress.step;
      }
      if (live && progress.percent !== undefined) write(`\r${step} ${Math.round(progress.percent)} %\x1b[K`);
    },
    end() {
      if (step !== '' && live) write('\n');
      step = '';
    },
  };
}
