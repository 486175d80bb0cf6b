import { expect, it } from 'vitest';
import { NoteLimit } from './note-limit.ts';

it('lets a burst through, then a few a second, and says how many were left out', () => {
  let now = 0;
  const limit = new NoteLimit(() => now);
  const logged: string[] = [];
  for (let n = 0; n < 1000; n++) logged.push(...limit.lines(`note ${n}`));
  expect(logged).toHaveLength(20);
  now += 1000;
  for (let n = 1000; n < 1010; n++) logged.push(...limit.lines(`note ${n}`));
  expect(logged.slice(20)).toEqual(['980 notes more were left out', 'note 1000', 'note 1001']);
  expect(limit.end()).toEqual(['8 notes more were left out']);
  expect(limit.end()).toEqual([]);
});

it('does not mind a clock that goes back', () => {
  let now = 1000;
  const limit = new NoteLimit(() => now);
  for (let n = 0; n < 25; n++) limit.lines('note');
  now = 0;
  expect(limit.lines('note')).toEqual([]);
  now = 500;
  expect(limit.lines('note')).toEqual(['6 notes more were left out', 'note']);
});
