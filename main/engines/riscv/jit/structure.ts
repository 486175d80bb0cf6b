/**
 * From a graph of blocks to WebAssembly's blocks and loops.
 *
 * Strongly connected components, in topological order: each becomes a block that jumps over what lies between, and if it is
 * a cycle, a loop whose inside is structured the same way with the edges back to its heads taken out. A loop with one head is
 * an ordinary loop. One with several (code that jumps into its middle) begins with a
 * dispatch on a local that says which head is meant.
 */

export interface Node {
  /** Dense from 0; what the dispatch local holds. */
  readonly id: number;
  readonly successors: readonly Node[];
}

export type Item<N extends Node> =
  | { readonly kind: 'node'; readonly node: N; readonly heads: readonly N[] }
  | {
      readonly kind: 'loop';
      /** Where it is entered from outside, or from within anew. */
      readonly heads: readonly N[];
      readonly inside: readonly Item<N>[];
    };

/** Structures `nodes`, which control enters at `entered`. Whatever cannot be reached from there must not be in `nodes`. */
export function structure<N extends Node>(nodes: readonly N[], entered: readonly N[]): Item<N>[] {
  return arrange(nodes, new Set(entered), new Set());
}

/** `cut`: heads of loops around, whose incoming edges lead out of here. */
function arrange<N extends Node>(nodes: readonly N[], entered: ReadonlySet<N>, cut: ReadonlySet<N>): Item<N>[] {
  const inside = new Set(nodes);
  const edges = (node: N) => (node.successors as readonly N[]).filter((next) => inside.has(next) && !cut.has(next));
  const components = stronglyConnected(nodes, edges);
  const componentOf = new Map<N, readonly N[]>();
  for (const component of components) for (const node of component) componentOf.set(node, component);
  const heads = new Set(entered);
  for (const node of nodes) {
    for (const next of edges(node)) if (componentOf.get(next) !== componentOf.get(node)) heads.add(next);
  }
  return components.map((component): Item<N> => {
    const [first] = component;
    if (component.length === 1 && first && !edges(first).includes(first))
      return { kind: 'node', node: first, heads: [first] };
    const own = component.filter((node) => heads.has(node));
    return { kind: 'loop', heads: own, inside: arrange(component, new Set(own), new Set([...cut, ...own])) };
  });
}

/** Tarjan's algorithm. Components come in topological order, nodes of one in the order in which they were found. */
function stronglyConnected<N>(nodes: readonly N[], edges: (node: N) => readonly N[]): N[][] {
  const index = new Map<N, number>();
  const low = new Map<N, number>();
  const onStack = new Set<N>();
  const stack: N[] = [];
  const components: N[][] = [];
  const visit = (node: N): void => {
    const own = index.size;
    index.set(node, own);
    let lowest = own;
    stack.push(node);
    onStack.add(node);
    for (const next of edges(node)) {
      if (!index.has(next)) {
        visit(next);
        lowest = Math.min(lowest, low.get(next)!);
      } else if (onStack.has(next)) {
        lowest = Math.min(lowest, index.get(next)!);
      }
    }
    low.set(node, lowest);
    if (lowest !== own) return;
    const component = stack.splice(stack.indexOf(node));
    for (const member of component) onStack.delete(member);
    components.push(component);
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return components.reverse();
}
