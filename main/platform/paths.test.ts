import { expect, test } from 'vitest';
import { cacheRoot, dataRoot, guestCacheRoot } from './paths.ts';

const linux = { platform: 'linux', home: '/home/ann', env: {} } as const;

test('each operating system has its own cache folder', () => {
  expect(cacheRoot(linux)).toBe('/home/ann/.cache/innkeeper');
  expect(cacheRoot({ ...linux, platform: 'darwin' })).toBe('/home/ann/Library/Caches/Innkeeper');
  expect(cacheRoot({ ...linux, platform: 'win32', home: 'C:\\Users\\ann' })).toBe(
    'C:\\Users\\ann\\AppData\\Local\\Innkeeper\\Cache',
  );
  expect(cacheRoot({ ...linux, platform: 'win32', env: { LOCALAPPDATA: 'D:\\data' } })).toBe(
    'D:\\data\\Innkeeper\\Cache',
  );
});

test('XDG_CACHE_HOME counts when it is absolute', () => {
  expect(cacheRoot({ ...linux, env: { XDG_CACHE_HOME: '/var/c' } })).toBe('/var/c/innkeeper');
  expect(cacheRoot({ ...linux, env: { XDG_CACHE_HOME: 'rel' } })).toBe('/home/ann/.cache/innkeeper');
});

test('INN_CACHE beats everything', () => {
  expect(guestCacheRoot({ ...linux, env: { INN_CACHE: '/x', XDG_CACHE_HOME: '/var/c' } })).toBe('/x/guest');
});

test('each operating system has its own data folder', () => {
  expect(dataRoot(linux)).toBe('/home/ann/.local/share/innkeeper');
  expect(dataRoot({ ...linux, platform: 'darwin' })).toBe('/home/ann/Library/Application Support/Innkeeper');
  const windows = { platform: 'win32', home: 'C:\\Users\\ann' } as const;
  expect(dataRoot({ ...windows, env: {} })).toBe('C:\\Users\\ann\\AppData\\Local\\Innkeeper');
  expect(dataRoot({ ...windows, env: { LOCALAPPDATA: 'D:\\data' } })).toBe('D:\\data\\Innkeeper');
});

test('XDG_DATA_HOME counts when it is absolute', () => {
  expect(dataRoot({ ...linux, env: { XDG_DATA_HOME: '/var/d' } })).toBe('/var/d/innkeeper');
  expect(dataRoot({ ...linux, env: { XDG_DATA_HOME: 'rel' } })).toBe('/home/ann/.local/share/innkeeper');
});

test('INN_HOME beats everything and is made absolute', () => {
  expect(dataRoot({ ...linux, env: { INN_HOME: '/x', XDG_DATA_HOME: '/var/d' } })).toBe('/x');
  expect(dataRoot({ ...linux, env: { INN_HOME: 'x' } })).toBe(`${process.cwd()}/x`);
});
