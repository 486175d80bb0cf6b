import { beforeEach, describe, expect, it } from 'vitest';
import { openGuestRam } from './guest-ram.ts';
import { layoutOf, PAGE_SIZE, RAM_GPA } from './layout.ts';
import { PAGE_STATE } from './page-state.ts';

const RAM_SIZE = 1024 * 1024;
const layout = layoutOf(1, RAM_SIZE);
const buffer = new SharedArrayBuffer(layout.ramBase + RAM_SIZE);
const ram = openGuestRam({ buffer }, layout);
const states = new Uint8Array(buffer, layout.pageState, RAM_SIZE / PAGE_SIZE);

beforeEach(() => {
  states.fill(PAGE_STATE.code);
});

describe('GuestRam.span', () => {
  it('is a view of RAM at the guest address', () => {
    const span = ram.span(RAM_GPA + 0x1234, 4, 'write');
    span?.set([1, 2, 3, 4]);
    expect([...new Uint8Array(buffer, layout.ramBase + 0x1234, 4)]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['below RAM', RAM_GPA - 1, 1],
    ['across the start', RAM_GPA - 1, 2],
    ['across the end', RAM_GPA + RAM_SIZE - 1, 2],
    ['beyond the end', RAM_GPA + RAM_SIZE, 1],
    ['a negative length', RAM_GPA, -1],
    ['a length beyond all memory', RAM_GPA, 2 ** 53],
    ['not a number', Number.NaN, 1],
    ['of no defined length', RAM_GPA, Number.NaN],
  ])('is null %s', (_, gpa, length) => {
    expect(ram.span(gpa, length, 'write')).toBeNull();
    expect(states.every((state) => state === PAGE_STATE.code)).toBe(true);
  });

  it('reaches the last byte, and may be empty at the end', () => {
    expect(ram.span(RAM_GPA + RAM_SIZE - 1, 1, 'read')?.length).toBe(1);
    expect(ram.span(RAM_GPA + RAM_SIZE, 0, 'read')?.length).toBe(0);
  });

  it('marks exactly the pages of a write as dirty and no longer decoded', () => {
    ram.span(RAM_GPA + PAGE_SIZE + 100, PAGE_SIZE, 'write');
    const { code, dirty } = PAGE_STATE;
    expect([...states.subarray(0, 4)]).toEqual([code, dirty, dirty, code]);
    states.fill(code);
    ram.span(RAM_GPA + PAGE_SIZE, PAGE_SIZE, 'write');
    expect([...states.subarray(0, 4)]).toEqual([code, dirty, code, code]);
  });

  it('marks nothing for a read or an empty write', () => {
    ram.span(RAM_GPA, RAM_SIZE, 'read');
    ram.span(RAM_GPA + 5, 0, 'write');
    expect(states.every((state) => state === PAGE_STATE.code)).toBe(true);
  });
});
