import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../shared/contract/machine.ts';
import { found, groupKey, groupOfKey, placed, type Row, treeRows } from './tree-model.ts';

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

it('rows stand one under the other, groups before theirs', () => {
  const { list, height } = placed(treeRows(machines));
  expect(list.map(({ row, top }) => [top, row.key])).toEqual([
    [0, 'b'],
    [40, groupKey('x')],
    [72, 'a'],
    [112, 'c'],
    [152, groupKey('y')],
    [184, 'Café'],
    [224, 'e'],
  ]);
  expect(height).toBe(264);
});
