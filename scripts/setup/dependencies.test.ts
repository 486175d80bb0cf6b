import { describe, expect, it } from 'vitest';
import { matchesLock } from './dependencies.mjs';

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/b': { version: '2.0.0' },
  'node_modules/for-another-system': { version: '3.0.0', optional: true },
};

describe('matchesLock', () => {
  it('accepts an installation without the optional packages of other systems', () => {
    const { 'node_modules/a': a, 'node_modules/b': b } = wanted;
    expect(matchesLock(wanted, { 'node_modules/a': a, 'node_modules/b': b })).toBe(true);
  });

  it.each([
    ['nothing is installed', undefined],
    ['a package is missing', { 'node_modules/a': { version: '1.0.0' } }],
    [
      'a package has another version',
      { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.1' } },
    ],
    ['a package is not in the lock file', { ...wanted, '': undefined, 'node_modules/c': { version: '1.0.0' } }],
  ])('refuses when %s', (_, installed) => {
    const entries = installed && Object.fromEntries(Object.entries(installed).filter(([name]) => name !== ''));
    expect(matchesLock(wanted, entries as Parameters<typeof matchesLock>[1])).toBe(false);
  });
});
