import { describe, expect, it } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import { MAX_NAME, nameFault } from '../../../shared/contract/limits.ts';
import { type Bounds, checkLimits, checkName, Names } from './settings.ts';

const bounds: Bounds = {
  engine: { maxCores: 4, maxMemory: (cores) => 3 * GiB - cores * MiB },
  memory: 2 * GiB,
};
const linux = { cores: 1, memory: 256 * MiB, boot: { kind: 'linux', kernel: 'stock' } } as const;
const refusal = (run: () => void): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('checkName', () => {
  it.each(['web', '😀', 'خادم الويب', 'é'.repeat(MAX_NAME), '🇩🇪 Köln', 'a/b\\c', '..'])('takes %s', (name) => {
    expect(() => checkName(name)).not.toThrow();
  });

  it.each([
    ['', 'A name needs at least one character that can be seen'],
    ['\u200b\ufe0f', 'A name needs at least one character that can be seen'],
    [' web', 'A name cannot begin or end with a blank'],
    ['x'.repeat(200), 'A name has at most 64 characters; this one has 200'],
    ['😀'.repeat(65), 'A name has at most 64 characters; this one has 65'],
    ['a\u202eb', 'A name cannot have control characters, or characters that turn the direction of text'],
    ['a\u2028b', 'A name cannot have control characters, or characters that turn the direction of text'],
    ['\ud83d', 'A name cannot have control characters, or characters that turn the direction of text'],
    ['a\nb', 'A name cannot have control characters, or characters that turn the direction of text'],
  ])('refuses %j', (name, message) => {
    expect(refusal(() => checkName(name))).toMatchObject({ code: 'name-not-allowed', message });
  });

  it('lets a group be none', () => {
    expect(() => checkName('', 'group')).not.toThrow();
    expect(refusal(() => checkName(' ', 'group'))).toMatchObject({ code: 'group-not-allowed' });
  });
});

describe('checkLimits', () => {
  it.each([
    [{ ...linux, cores: 5 }, 'cores-beyond-engine', 'A machine can have up to 4 cores; 5 are asked for'],
    [
      { ...linux, memory: 100 * MiB },
      'memory-too-small',
      'Linux with the stock kernel needs at least 160 MiB of memory; 100 MiB are asked for',
    ],
    [
      { ...linux, memory: 2 * GiB + MiB },
      'memory-beyond-host',
      'This computer has 2048 MiB of memory; 2049 MiB are asked for',
    ],
    [{ ...linux, memory: 8 * GiB }, 'memory-beyond-host', 'This computer has 2 GiB of memory; 8 GiB are asked for'],
  ])('refuses %j', (settings, code, message) => {
    expect(refusal(() => checkLimits(settings, bounds))).toMatchObject({ code, message });
  });

  it('says when it is the machine that cannot have as much, not the computer', () => {
    const large = { ...bounds, memory: 64 * GiB };
    expect(refusal(() => checkLimits({ ...linux, cores: 2, memory: 3 * GiB }, large))).toMatchObject({
      code: 'memory-beyond-host',
      message: 'A machine with 2 cores can have up to 3070 MiB of memory; 3072 MiB are asked for',
    });
  });

  it('takes what fits, each boot with its own least', () => {
    checkLimits(linux, bounds);
    checkLimits({ ...linux, cores: 4, memory: 2 * GiB }, bounds);
    checkLimits({ ...linux, memory: 48 * MiB, boot: { kind: 'linux', kernel: 'small' } }, bounds);
    checkLimits({ ...linux, memory: MiB, boot: { kind: 'files' } }, bounds);
    expect(refusal(() => checkLimits({ ...linux, memory: 100 * MiB }, bounds))).toMatchObject({
      nextStep: 'Give it 160 MiB or more, or choose the small kernel.',
    });
  });
});

describe('Names', () => {
  it('counts names as people do', () => {
    const names = new Names();
    names.take('Café', 'a');
    expect(refusal(() => names.take('cafe\u0301', 'b'))).toMatchObject({ code: 'name-taken', details: { id: 'a' } });
    names.take('CAFÉ', 'a');
    names.drop('café', 'b');
    expect(refusal(() => names.take('café', 'b'))).toMatchObject({ code: 'name-taken' });
    names.drop('café', 'a', 'Café');
    expect(refusal(() => names.take('café', 'b'))).toMatchObject({ code: 'name-taken' });
    names.drop('café', 'a');
    names.take('café', 'b');
  });

  it('finds names that nobody has and that are names', () => {
    const names = new Names();
    expect(names.free('linux')).toBe('linux');
    names.take('Linux', 'a');
    names.take('linux 2', 'b');
    expect(names.free('linux')).toBe('linux 3');
    const long = `${'😀 '.repeat(40)}clone`;
    const first = names.free(long);
    expect(nameFault(first)).toBeUndefined();
    names.take(first, 'c');
    const second = names.free(long);
    expect(nameFault(second)).toBeUndefined();
    expect(second).toMatch(/ 2$/);
  });
});
