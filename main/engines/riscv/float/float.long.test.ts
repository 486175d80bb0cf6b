// The properties of float.test.ts, millions of times.
import { describe, test } from 'vitest';
import { FORMATS, floatModule } from '../../../../tests/fixtures/float-module.ts';
import { checkConversion, checkFromInteger, checkOperations } from '../../../../tests/fixtures/float-properties.ts';

const MILLION = 1_000_000;
const module = floatModule();

describe.each(FORMATS)('format %s', (format) => {
  // Each run computes 16 operations.
  test('operations', () => checkOperations(module, format, { seed: 0x10f6, numRuns: 2 * MILLION }));
  test('conversion from the other format', () =>
    checkConversion(module, format, { seed: 0xc0f7, numRuns: 2 * MILLION }));
  test('conversion from integers', () => checkFromInteger(module, format, { seed: 0x1f7, numRuns: 2 * MILLION }));
});
