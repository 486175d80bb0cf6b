import { expect, it } from 'vitest';
import { consoleAddress, destinationOf, mayHave } from './navigation.ts';

it('keeps the window on its own pages', () => {
  expect(destinationOf('app://innkeeper/')).toEqual({ kind: 'ours' });
  expect(destinationOf('app://innkeeper/#/machine/abc')).toEqual({ kind: 'ours' });
});

it('opens consoles in windows of their own', () => {
  expect(destinationOf(consoleAddress('abcdefghij12', 'hvc1'))).toEqual({
    kind: 'console',
    machine: 'abcdefghij12',
    console: 'hvc1',
  });
  expect(destinationOf('app://innkeeper/#/console/../hvc0')).toEqual({ kind: 'ours' });
});

it('gives web addresses to the browser', () => {
  expect(destinationOf('https://example.org/a?b#c')).toEqual({ kind: 'external', url: 'https://example.org/a?b#c' });
});

it.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'app://other/',
  'data:text/html,x',
  'https://user:password@example.org/',
  'smb://host/share',
  'not an address',
])('refuses %s', (address) => {
  expect(destinationOf(address)).toEqual({ kind: 'refused' });
});

it('grants the clipboard to its own pages and nothing else', () => {
  expect(mayHave('clipboard-read', 'app://innkeeper/')).toBe(true);
  for (const origin of ['https://example.org/', 'file:///', 'app://other/', 'null', '']) {
    expect(mayHave('clipboard-read', origin), origin).toBe(false);
  }
  for (const permission of ['media', 'geolocation', 'notifications', 'usb', 'openExternal', 'fullscreen']) {
    expect(mayHave(permission, 'app://innkeeper/')).toBe(false);
  }
});
