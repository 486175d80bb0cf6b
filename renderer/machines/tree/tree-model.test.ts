import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../shared/contract/machine.ts';
import { firstRows, found, groupOfKey, type Row, treeRows } from './tree-model.ts';

function machine(name: string, group = '', running = false): Machine {
  const settings = { name, group, description: '' };
  return {
    id: name,
    state: running ? 'running' : 'powered-off',
    settings,
    active: running ? settings : null,
  } as Machine;
}

/** Groups with their rows in brackets. */
const shown = (rows: readonly Row[]): string =>
  rows
    .map((row) => (row.kind === 'group' ? `${groupOfKey(row.key)}[${shown(row.rows)}]` : row.machine.settings.name))
    .join(' ');

const machines = [machine('a', 'x'), machine('b'), machine('c', 'x', true), machine('Café', 'y'), machine('e', 'y')];

describe('rows of the tree', () => {
  it('stand in groups, after the machines without one', () => {
    expect(shown(treeRows(machines))).toBe('b x[a c] y[Café e]');
  });

  it('are the same ones again, so that they are not drawn again', () => {
    const [before] = treeRows(machines);
    expect(treeRows(machines.slice(0, 2))[0]).toBe(before);
  });

  it('count all machines of a group while only some are found', () => {
    const rows = treeRows(found(machines, 'c x'), machines);
    expect(shown(rows)).toBe('x[c]');
    expect(rows[0]).toMatchObject({ running: 1, total: 2 });
  });

  it('are found by words, without case and accents', () => {
    expect(shown(treeRows(found(machines, 'CAFE')))).toBe('y[Café]');
    expect(shown(treeRows(found(machines, ' running ')))).toBe('x[c]');
    expect(found(machines, '  ')).toBe(machines);
    expect(found(machines, 'café z')).toEqual([]);
  });
});

describe('the first rows', () => {
  const rows = treeRows(machines);

  it.each([
    [0, ''],
    [1, 'b'],
    [2, 'b x[a]'],
    [3, 'b x[a c]'],
    [4, 'b x[a c] y[Café]'],
  ])('of %i machines', (count, text) => {
    expect(shown(firstRows(rows, count))).toBe(text);
  });

  it('keep what is said of a group', () => {
    expect(firstRows(rows, 2)[1]).toMatchObject({ running: 1, total: 2 });
  });

  it('are the rows themselves where there are no more', () => {
    expect(firstRows(rows, 5)).toBe(rows);
    expect(firstRows(rows, 60)).toBe(rows);
  });
});
