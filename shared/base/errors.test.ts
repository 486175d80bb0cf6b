import { describe, expect, it } from 'vitest';
import { describeError, InnError, isInnError } from './errors.ts';

const example = new InnError('The kernel file does not exist: vmlinuz', {
  code: 'kernel-not-found',
  nextStep: 'Give an existing file with --kernel.',
  cause: 'ENOENT',
});

describe('InnError', () => {
  it('carries code, next step and cause', () => {
    expect(example.code).toBe('kernel-not-found');
    expect(example.nextStep).toBe('Give an existing file with --kernel.');
    expect(example.cause).toBe('ENOENT');
    expect(example).toBeInstanceOf(Error);
  });

  it('has no cause property when none was given', () => {
    expect('cause' in new InnError('Bad.', { code: 'bad', nextStep: 'Do better.' })).toBe(false);
  });

  it('is recognised by its fields', () => {
    const alike = Object.assign(new Error('Bad.'), { name: 'InnError', code: 'bad', nextStep: 'Do better.' });
    expect(isInnError(alike)).toBe(true);
    expect(isInnError(new Error('Bad.'))).toBe(false);
    expect(isInnError({ name: 'InnError', code: 'bad', nextStep: 'Do better.' })).toBe(false);
  });
});

describe('describeError', () => {
  it('shows sentence, next step and code of an InnError, without a stack', () => {
    expect(describeError(example)).toBe(
      'The kernel file does not exist: vmlinuz\n  Give an existing file with --kernel. (kernel-not-found)',
    );
  });

  it('shows the stack of an unexpected error and the text of anything else', () => {
    expect(describeError(new TypeError('boom'))).toContain('errors.test.ts');
    expect(describeError('plain')).toBe('plain');
  });
});
