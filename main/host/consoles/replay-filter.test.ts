import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplayFilter } from './replay-filter.ts';

function filtered(text: string): string {
  const filter = new ReplayFilter();
  return Buffer.concat([filter.push(Buffer.from(text)), filter.end()]).toString();
}

const HARMLESS = [
  'plain text\r\n\t\b',
  'é€😀©✓',
  '\x1b[1;31m',
  '\x1b[2J\x1b[H\x1b[?1049h\x1b[?25l',
  '\x1b7\x1b8\x1bM\x1b(B\x1b#8\x1bc',
  '\x1b[!p\x1b>\x1b=',
  '\x1b[2 q',
  '\x1b[s\x1b[u',
  '\x1b[1;2;3;4;5$x',
  '\x1b]0;a title?;?\x07',
  '\x1b]8;;https://example.org/?q=?\x1b\\link\x1b]8;;\x1b\\',
  '\x1b]4;1;#ff0000\x07',
  '\x1b]133;A\x07',
  '\u009b31m',
];

const ACTING = [
  ...['\x1b[5n', '\x1b[6n', '\x1b[?6n', '\x1b[?996n', '\x1b[c', '\x1b[0c', '\x1b[>c', '\x1b[=c', '\x1bZ'],
  ...['\x1b[>q', '\x1b[>0q', '\x1b[?25$p', '\x1b[4$p', '\x1b[x', '\x1b[1x', '\x1b[?u', '\x1b[$u', '\x1b[1$w'],
  ...['\x1b[1;1;1;1;1;1*y', '\x1b[?1;1;0S', '\x1b[?4m', '\x1b[14t', '\x1b[8;50;100t', '\x1b[i', '\x1b[?2048h'],
  ...['\x1b[?1;2048h', '\u009b6n', '\u009a', '\x05', '\x07', '\x1b[#R', '\x1b[#|', "\x1b['|"],
  ...['\x1b]52;c;aGk=\x07', '\x1b]52;c;?\x1b\\', '\u009d52;c;?\u009c', '\x1b]10;?\x07', '\x1b]4;1;?;2;?\x07'],
  ...['\x1b]9;Hello\x07', '\x1b]777;notify;a;b\x07', '\x1b]1337;File=:aGk=\x07', '\x1b]21;foreground=?\x1b\\'],
  ...['\x1bP$qm\x1b\\', '\x1bP+q544e\x1b\\', '\x1b_Gi=1,a=q;AAAA\x1b\\', '\x1b^private\x1b\\', '\x1bXstring\x1b\\'],
  ...['\x1bP1000p', '\x1b\\'],
];

test.each(HARMLESS.map((text) => [JSON.stringify(text), text]))('%s stays', (_, text) => {
  expect(filtered(text)).toBe(text);
});

test.each(ACTING.map((text) => [JSON.stringify(text), text]))('%s goes', (_, text) => {
  expect(filtered(`a${text}\x18b`)).toBe(text.startsWith('\x1bP1000p') ? 'ab' : 'a\x18b');
});

test('a control within a question is carried out, and the question goes', () => {
  expect(filtered('a\x1b[6\r\nnb')).toBe('a\r\nb');
  expect(filtered('\x1b[\x076n')).toBe('');
});

test('what is left out leaves nothing that could join with what follows', () => {
  expect(filtered('\x1b[6\x1b[6nn')).toBe('n');
  expect(filtered('\x1b\x1b[6n[6n')).toBe('[6n');
  expect(filtered('\x1b]0;t\x1b[6nx')).toBe('\x1b]0;t\x1b\\x');
  expect(filtered('\u009b6\u009b6nn')).toBe('n');
  expect(filtered('\x1b[6\x18n')).toBe('n');
});

test('a string that never ends takes no memory, and all of it goes', () => {
  const filter = new ReplayFilter();
  const out: Uint8Array[] = [filter.push(Buffer.from('a\x1b]0;'))];
  for (let n = 0; n < 100; n++) out.push(filter.push(Buffer.alloc(10_000, 'x')));
  out.push(filter.push(Buffer.from('\x07b')), filter.end());
  expect(Buffer.concat(out).toString()).toBe('ab');
});

test('the beginning of a sequence is handed over in the end, for the rest to complete it', () => {
  expect(filtered('a\x1b[3')).toBe('a\x1b[3');
  expect(filtered('a\x1b]0;ti')).toBe('a\x1b]0;ti');
  expect(Buffer.from(new ReplayFilter().push(Buffer.from([0xe2, 0x82])))).toEqual(Buffer.from([0xe2, 0x82]));
});

test('pieces give what the whole gives, and nothing that acts gets through', () => {
  const part = fc.oneof(
    fc.constantFrom(...HARMLESS, ...ACTING),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\x1b', '\x1b[', '\x1b]', '\x1bP', '\x18', '\u009b', '\u009d', '\x07', '6', 'n', ';', '?', '\n'),
  );
  fc.assert(
    fc.property(fc.array(part), fc.array(fc.nat(40)), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const filter = new ReplayFilter();
      const out: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        out.push(filter.push(bytes.subarray(at, at + cut)).slice());
        at += cut;
      }
      out.push(filter.push(bytes.subarray(at)).slice());
      const unfinished = filter.end().length;
      const whole = Buffer.concat(out).toString();
      expect(whole).toBe(filtered(bytes.toString()).slice(0, whole.length));
      // A second pass finds nothing more to take: what was kept never joins to something that acts
      expect(filtered(whole)).toBe(whole);
      for (const question of ['\x1b[6n', '\x1b[c', '\x1b[>q', '\u009b6n', '\x1b]52', '\x1bP', '\x1bZ', '\x05']) {
        expect(whole).not.toContain(question);
      }
      expect(unfinished).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 2000 },
  );
});
