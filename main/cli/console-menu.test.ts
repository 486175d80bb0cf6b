import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsoleMenu, MENU, MENU_TEXT, type MenuAction } from './console-menu.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

/** Actions as short words; neighbouring `send`s are joined. */
function play(...chunks: string[]): string[] {
  const menu = new ConsoleMenu();
  const words: string[] = [];
  for (const action of chunks.flatMap((chunk) => menu.feed(encoder.encode(chunk)))) {
    const last = words.at(-1);
    if (action.kind !== 'send') words.push(action.kind === 'do' ? `do ${action.command}` : action.kind);
    else if (last?.startsWith('> ')) words[words.length - 1] = last + decoder.decode(action.bytes);
    else words.push(`> ${decoder.decode(action.bytes)}`);
  }
  return words;
}

const sent = (actions: readonly MenuAction[]) =>
  actions.flatMap((action) => (action.kind === 'send' ? [...action.bytes] : []));

describe('ConsoleMenu', () => {
  it('passes everything on while it is closed, Ctrl-C and Esc included', () => {
    expect(play('ls\r', '\x03', '\x1b[A')).toEqual(['> ls\r\x03\x1b[A']);
  });

  it.each(MENU.map(({ key, command }) => [key, command]))('%s means %s', (key, command) => {
    expect(play(`ls\x1d${key}pwd`)).toEqual(['> ls', 'open', 'close', `do ${command}`, '> pwd']);
    expect(play('\x1d', key.toUpperCase())).toEqual(['open', 'close', `do ${command}`]);
  });

  it('sends Ctrl-] when it is typed twice', () => {
    expect(play('\x1d\x1d')).toEqual(['open', 'close', '> \x1d']);
  });

  it('closes on Esc, and takes the rest of an arrow key with it', () => {
    expect(play('\x1d', '\x1b', 'x')).toEqual(['open', 'close', '> x']);
    expect(play('\x1d', '\x1b[A', 'x')).toEqual(['open', 'close', '> x']);
  });

  it('ignores other keys while it is open', () => {
    expect(play('\x1d', 'xyz\r\n', 'q')).toEqual(['open', 'close', 'do power-off']);
  });

  it('sends what is typed without Ctrl-], whatever the pieces', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => array.filter((byte) => byte !== 0x1d));
    fc.assert(
      fc.property(fc.array(bytes), (chunks) => {
        const menu = new ConsoleMenu();
        expect(chunks.flatMap((chunk) => sent(menu.feed(chunk)))).toEqual(chunks.flatMap((chunk) => [...chunk]));
        expect(menu.isOpen).toBe(false);
      }),
    );
  });

  it('does the same byte by byte as in one piece, but for Esc', () => {
    const keys = fc.array(fc.constantFrom(0x1d, ...encoder.encode('rpqsRx\r')), { maxLength: 30 });
    fc.assert(
      fc.property(keys, (typed) => {
        const [whole, pieces] = [new ConsoleMenu(), new ConsoleMenu()];
        const one = whole.feed(Uint8Array.from(typed));
        const many = typed.flatMap((byte) => pieces.feed(Uint8Array.of(byte)));
        expect(sent(many)).toEqual(sent(one));
        expect(many.filter(({ kind }) => kind !== 'send')).toEqual(one.filter(({ kind }) => kind !== 'send'));
      }),
    );
  });

  it('fits in a line', () => {
    expect(MENU_TEXT.length).toBeLessThanOrEqual(80);
  });
});
