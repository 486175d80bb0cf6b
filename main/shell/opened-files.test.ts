import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { filesOf, openedFiles } from './opened-files.ts';

const FOLDER = path.resolve('/home/somebody');

it('finds programs among what is on a command line', () => {
  expect(filesOf(['.', '--no-sandbox', 'hello.elf', '/opt/A B.ELF', 'notes.txt', '--x.elf'], FOLDER)).toEqual([
    path.join(FOLDER, 'hello.elf'),
    path.resolve('/opt/A B.ELF'),
  ]);
});

it('takes addresses, which desktops hand over', () => {
  const file = path.join(FOLDER, 'a b ü.elf');
  expect(filesOf([pathToFileURL(file).href], FOLDER)).toEqual([file]);
  expect(filesOf(['file://another.host/%2F.elf', 'file://%'], FOLDER)).toEqual([]);
});

it('keeps files until somebody takes them, in their order', () => {
  const files = openedFiles();
  const taken: string[] = [];
  files.add(['a', 'b']);
  files.flowTo((file) => taken.push(file));
  files.add(['c']);
  expect(taken).toEqual(['a', 'b', 'c']);
});
