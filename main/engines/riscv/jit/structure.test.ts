import { describe, expect, test } from 'vitest';
import { Random } from '../../../../tests/fixtures/random.ts';
import { type Item, type Node, structure } from './structure.ts';

interface Named extends Node {
  readonly successors: Named[];
}

/** A graph from lists of successors. */
function graph(...edges: readonly (readonly number[])[]): Named[] {
  const nodes = edges.map((_, id): Named => ({ id, successors: [] }));
  edges.forEach((to, from) => {
    for (const id of to) nodes[from]!.successors.push(nodes[id]!);
  });
  return nodes;
}

/** `0 [1! 2]`: node 0, then a loop of 1, its head, and 2. */
function drawn(items: readonly Item<Named>[]): string {
  return items
    .map((item) =>
      item.kind === 'node'
        ? String(item.node.id)
        : `{${item.heads.map(({ id }) => id).join(',')}: ${drawn(item.inside)}}`,
    )
    .join(' ');
}

const draw = (nodes: Named[], ...entered: readonly number[]) =>
  drawn(
    structure(
      nodes,
      (entered.length === 0 ? [0] : entered).map((id) => nodes[id]!),
    ),
  );

describe('structure', () => {
  test('what follows each other', () => expect(draw(graph([1], [2], []))).toBe('0 1 2'));
  test('both sides of a branch, then where they meet', () => {
    expect(draw(graph([1, 2], [3], [3], []))).toMatch(/^0 (1 2|2 1) 3$/);
  });
  test('a loop of one', () => expect(draw(graph([1], [1, 2], []))).toBe('0 {1: 1} 2'));
  test('a loop within a loop', () => {
    expect(draw(graph([1], [2], [2, 3], [1, 4], []))).toBe('0 {1: 1 {2: 2} 3} 4');
  });
  test('a loop that is entered at two places has two heads', () => {
    expect(draw(graph([1, 2], [2], [1, 3], []))).toMatch(/^0 \{(1,2|2,1): (1 2|2 1)\} 3$/);
  });
  test('a loop that is entered from outside in its middle', () => {
    expect(draw(graph([1], [0]), 0, 1)).toMatch(/^\{(0,1|1,0): /);
  });
});

/** Executes what structured code would do: from an item only forward, or back to the head of a loop that is around. */
function canGo(items: readonly Item<Named>[], around: ReadonlySet<Named>): string[] {
  const wrong: string[] = [];
  items.forEach((item, position) => {
    const reachable = new Set(around);
    for (const later of items.slice(position + 1)) for (const head of later.heads) reachable.add(head);
    if (item.kind === 'loop') {
      wrong.push(...canGo(item.inside, new Set([...reachable, ...item.heads])));
      return;
    }
    for (const next of item.node.successors) {
      if (!reachable.has(next)) wrong.push(`${item.node.id} cannot go to ${next.id}`);
    }
  });
  return wrong;
}

function nodesIn(items: readonly Item<Named>[]): number[] {
  return items.flatMap((item) => (item.kind === 'node' ? [item.node.id] : nodesIn(item.inside)));
}

test.each(Array.from({ length: 200 }, (_, seed) => seed))('every edge of random graph %i has a way', (seed) => {
  const r = new Random(seed);
  const count = r.between(1, 14);
  const edges = Array.from({ length: count }, () => Array.from({ length: r.below(3) }, () => r.below(count)));
  const all = graph(...edges);
  const entered = [all[0]!, ...(r.chance(0.5) ? [all[r.below(count)]!] : [])];
  const reached = new Set<Named>(entered);
  for (const node of reached) for (const next of node.successors) reached.add(next);
  const items = structure([...reached], entered);
  expect(nodesIn(items).sort((a, b) => a - b)).toEqual([...reached].map(({ id }) => id).sort((a, b) => a - b));
  expect(canGo(items, new Set())).toEqual([]);
});
