import { expect, it } from 'vitest';
import { rateLimited } from './note.ts';

it('lets a burst through, then one remark a second, and counts the rest', () => {
  const said: string[] = [];
  let now = 0n;
  const note = rateLimited((message) => said.push(message), { nanoseconds: () => now });
  for (let i = 0; i < 100; i++) note(`remark ${i}`);
  expect(said).toHaveLength(10);
  now += 999_999_999n;
  note('too soon');
  expect(said).toHaveLength(10);
  now += 1n;
  note('again');
  note('too many');
  expect(said.slice(10)).toEqual(['again (91 remarks before this one were left out)']);
  now += 3_600_000_000_000n;
  for (let i = 0; i < 100; i++) note('later');
  expect(said).toHaveLength(21);
});
