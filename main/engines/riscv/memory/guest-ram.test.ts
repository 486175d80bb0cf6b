import { beforeEach, describe, expect, test } from 'vitest';
import { type GuestRam, openGuestRam, writtenPages } from './guest-ram.ts';
import { layoutOf, PAGE_SIZE, RAM_GPA } from './layout.ts';
import { PAGE_STATE } from './page-state.ts';

const RAM_SIZE = 0x1_0000;
const layout = layoutOf(1, RAM_SIZE);
const memory = { buffer: new SharedArrayBuffer(layout.ramBase + RAM_SIZE) };
const all = new Uint8Array(memory.buffer);
const states = new Uint8Array(memory.buffer, layout.pageState, RAM_SIZE / PAGE_SIZE);
let ram: GuestRam;

beforeEach(() => {
  all.fill(0);
  ram = openGuestRam(memory, layout);
});

/** The pages whose state is not 0, with it. */
const marked = () => [...states].flatMap((state, page) => (state ? [[page, state]] : []));

describe('span', () => {
  test('is the memory itself', () => {
    const span = ram.span(RAM_GPA + 0x123, 4, 'write');
    span?.set([1, 2, 3, 4]);
    expect(span).toHaveLength(4);
    expect([...all.subarray(layout.ramBase + 0x122, layout.ramBase + 0x128)]).toEqual([0, 1, 2, 3, 4, 0]);
    expect([...(ram.span(RAM_GPA + 0x124, 2, 'read') ?? [])]).toEqual([2, 3]);
  });

  test.each([
    ['all of RAM', RAM_GPA, RAM_SIZE],
    ['its last byte', RAM_GPA + RAM_SIZE - 1, 1],
    ['nothing', RAM_GPA, 0],
    ['nothing at its end', RAM_GPA + RAM_SIZE, 0],
  ])('exists: %s', (_, gpa, length) => {
    expect(ram.span(gpa, length, 'read')).toHaveLength(length);
    expect(ram.span(gpa, length, 'write')).toHaveLength(length);
  });

  test.each([
    ['below RAM', RAM_GPA - 1, 1],
    ['from below into RAM', RAM_GPA - 4, 8],
    ['over its end', RAM_GPA + RAM_SIZE - 4, 5],
    ['at its end', RAM_GPA + RAM_SIZE, 1],
    ['the devices', 0x1000_0000, 4],
    ['a negative length', RAM_GPA + 8, -1],
    ['a huge length', RAM_GPA, 2 ** 64],
    ['a huge address', 2 ** 64, 1],
    ['an address that wraps', RAM_GPA + 2 ** 32, 1],
    ['no number', Number.NaN, 1],
    ['no length', RAM_GPA, Number.NaN],
  ])('is refused: %s', (_, gpa, length) => {
    expect(ram.span(gpa, length, 'read')).toBeNull();
    expect(ram.span(gpa, length, 'write')).toBeNull();
    expect(marked()).toEqual([]);
  });
});

describe('page states', () => {
  test('reading leaves them', () => {
    states.fill(PAGE_STATE.code);
    ram.span(RAM_GPA, RAM_SIZE, 'read');
    expect([...states]).toEqual(Array.from(states, () => PAGE_STATE.code));
  });

  test.each([
    ['a byte', 0x1fff, 1, [1]],
    ['two bytes of two pages', 0x1fff, 2, [1, 2]],
    ['a page', 0x3000, 0x1000, [3]],
    ['a page and a byte', 0x3000, 0x1001, [3, 4]],
    ['the last', 0xf000, 0x1000, [15]],
    ['nothing', 0x3000, 0, []],
  ])('writing marks the pages it is of: %s', (_, offset, length, pages) => {
    ram.span(RAM_GPA + offset, length, 'write');
    expect(marked()).toEqual(pages.map((page) => [page, PAGE_STATE.dirty]));
  });

  test('counts the pages that were written', () => {
    expect(writtenPages(memory, layout)).toBe(0);
    ram.span(RAM_GPA + 0x1fff, 2, 'write');
    ram.span(RAM_GPA + 0x1000, 1, 'write');
    expect(writtenPages(memory, layout)).toBe(2);
  });

  test('what was code is code no more', () => {
    states.fill(PAGE_STATE.code);
    ram.span(RAM_GPA + 0x2000, 1, 'write');
    expect(states[2]).toBe(PAGE_STATE.dirty);
    expect(states[1]).toBe(PAGE_STATE.code);
  });
});
