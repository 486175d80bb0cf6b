import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { productVersion } from './version.ts';

it('is the version of the manifest', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(productVersion()).toBe(manifest.version);
});
