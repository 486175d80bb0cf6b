import { expect, it } from 'vitest';
import { InnError } from '../../shared/base/errors.ts';
import { printProgress } from './progress.ts';
import { errorText, statusOf, statusOfFinisher } from './report.ts';

it('shows what a user can put right as code, sentence and next step', () => {
  const error = new InnError('There is no file x', { code: 'kernel-not-found', nextStep: 'Check the name.' });
  expect(errorText(error)).toBe('error kernel-not-found: There is no file x\n  Check the name.\n');
  expect(statusOf(error)).toBe(2);
});

it('shows a bug with its stack', () => {
  const error = new RangeError('boom');
  expect(errorText(error)).toContain(error.stack);
  expect(errorText('thrown text')).toContain('thrown text');
  expect(statusOf(error)).toBe(70);
});

it('never makes a success of a failure', () => {
  expect([0, 1, 255, 256, 0xffff].map(statusOfFinisher)).toEqual([0, 1, 255, 255, 255]);
});

it('prints progress as lines, or running along on a terminal', () => {
  const print = (live: boolean) => {
    let text = '';
    const printer = printProgress((more) => {
      text += more;
    }, live);
    printer.show({ step: 'Download', percent: 1 });
    printer.show({ step: 'Download', percent: 99.6 });
    printer.show({ step: 'Unpack' });
    printer.end();
    return text;
  };
  expect(print(false)).toBe('Download\nUnpack\n');
  expect(print(true)).toBe('Download\rDownload 1 %\x1b[K\rDownload 100 %\x1b[K\nUnpack\n');
});
