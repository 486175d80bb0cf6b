/** The parts of the machine commands that need no host. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../shared/contract/machine.ts';
import { DetachKey } from './detach-key.ts';
import { findNamed, IN_TRASH } from './find.ts';
import { readSettings } from './settings-options.ts';
import { tableOf } from './table.ts';
import { agoWords, pendingWords } from './words.ts';

describe('finding a machine', () => {
  const all = [
    { id: 'aaaa11112222', name: 'web' },
    { id: 'aaaa33334444', name: 'Café' },
    { id: 'bbbb55556666', name: 'aaaa' },
  ];
  const find = (text: string) => findNamed(all, text, (each) => each).id;

  it('takes a name, however it is written, an id, or the beginning of one', () => {
    expect(find('WEB')).toBe('aaaa11112222');
    expect(find('cafe\u0301')).toBe('aaaa33334444');
    expect(find('bbbb55556666')).toBe('bbbb55556666');
    expect(find('aaaa3')).toBe('aaaa33334444');
  });

  it('prefers a name to the beginning of ids', () => {
    expect(find('aaaa')).toBe('bbbb55556666');
  });

  it('refuses what could be several', () => {
    const two = all.slice(0, 2);
    expect(() => findNamed(two, 'aaaa', (each) => each)).toThrow(
      expect.objectContaining({ code: 'machine-ambiguous' }),
    );
  });

  it('suggests a name that is near', () => {
    expect(() => find('wbe')).toThrow(expect.objectContaining({ nextStep: expect.stringContaining('"web"') }));
    expect(() => find('database')).toThrow(
      expect.objectContaining({ code: 'machine-not-found', nextStep: '`inn ls` names them all.' }),
    );
  });
});

describe('a table', () => {
  const columns = [
    { title: 'NAME', of: (row: string[]) => row[0] ?? '', shrinkTo: 4 },
    { title: 'N', of: (row: string[]) => row[1] ?? '', right: true },
  ];

  it('aligns what a terminal shows wide, and what it shows in no width at all', () => {
    const lines = tableOf(
      [
        ['日本', '1'],
        ['e\u0301e', '22'],
        ['👩‍💻', '3'],
      ],
      columns,
    );
    expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1);
  });

  it('lets no name move the cursor', () => {
    expect(tableOf([['a\x1b[2Jb\u202ec', '1']], columns)[1]).toBe('a\ufffd[2Jb\ufffdc  1');
  });

  it('shortens what may be shortened to the width of the terminal', () => {
    const lines = tableOf([['a long name of a machine', '12345']], columns, 16);
    expect(lines[1]).toBe('a long n…  12345');
  });
});

describe('settings on the command line', () => {
  it('are only those that were named', () => {
    expect(readSettings({ cores: '2', memory: '1G', append: 'quiet' })).toEqual({
      cores: 2,
      memory: 2 ** 30,
      commandLine: 'quiet',
    });
  });

  it('tell kernels of ours from files', () => {
    expect(readSettings({ kernel: 'small' }).boot).toEqual({ kind: 'linux', kernel: 'small' });
    expect(readSettings({ kernel: '/k', initrd: '/i' }).boot).toEqual({
      kind: 'files',
      kernel: { path: '/k' },
      initrd: { path: '/i' },
    });
  });

  it.each([
    [{ cores: 'many' }, 'usage'],
    [{ memory: 'much' }, 'invalid-size'],
    [{ initrd: '/i' }, 'usage'],
    [{ kernel: 'stock', initrd: '/i' }, 'conflicting-options'],
  ])('refuse %j', (words, code) => {
    expect(() => readSettings(words)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the key that leaves a console', () => {
  const feed = (typed: string) => {
    const sent: string[] = [];
    const left = new DetachKey().feed(Buffer.from(typed), (bytes) => sent.push(Buffer.from(bytes).toString()));
    return { left, sent: sent.join('') };
  };

  it('leaves, after what came before', () => {
    expect(feed('ls\n\x1d')).toEqual({ left: true, sent: 'ls\n' });
  });

  it('is sent when it comes twice', () => {
    expect(feed('a\x1d\x1db')).toEqual({ left: false, sent: 'a\x1db' });
    expect(feed('\x1d\x1d\x1d')).toEqual({ left: true, sent: '\x1d' });
  });

  it('lets everything else through', () => {
    expect(feed('plain\x1b[A')).toEqual({ left: false, sent: 'plain\x1b[A' });
  });
});

describe('words', () => {
  it('say how long ago', () => {
    const now = 1e12;
    expect([0, 59_999, 60_000, 3_600_000, 90_000_000].map((past) => agoWords(now - past, now))).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '1 h',
      '1 d',
    ]);
    expect(agoWords(now + 5000, now)).toBe('0 s');
  });

  it('say what a running machine will only have after a restart', () => {
    const settings = {
      name: 'a',
      description: '',
      group: '',
      cores: 1,
      memory: 2 ** 28,
      boot: { kind: 'linux', kernel: 'stock' },
      commandLine: '',
      consoles: 1,
      transport: 'pci',
    } as const;
    const machine = { active: settings, settings: { ...settings, name: 'b', cores: 2 } } as unknown as Machine;
    expect(pendingWords(machine)).toEqual([{ name: 'Cores', now: '1', next: '2' }]);
    expect(pendingWords({ ...machine, active: null })).toEqual([]);
  });
});

describe('where something was looked for', () => {
  it('is said, with the command that lists what is there', () => {
    expect(() => findNamed([], 'web', (each) => each, IN_TRASH)).toThrow(
      expect.objectContaining({
        message: 'There is no machine "web" in the trash',
        nextStep: '`inn trash` names them all.',
      }),
    );
  });
});
