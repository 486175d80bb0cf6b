/** Compiles regions to one WebAssembly module. Pure: bytes in, bytes out. */
import { floatName } from '../hart/core.ts';
import type { Fields, FloatOp, Ops } from '../isa/ops.ts';
import { INSTRUCTIONS } from '../isa/table.ts';
import { findBlocks, type Graph, type PageCode } from './blocks.ts';
import { declareEnvironment, type Wanted } from './environment.ts';
import { kindOf } from './kinds.ts';
import { defineRegion } from './region.ts';

/** Where compilation begins: an address that is hot. */
export interface RegionRequest {
  readonly page: PageCode;
  /** Offset in the page. */
  readonly root: number;
  /** About how many guest instructions the region may have. */
  readonly budget: number;
}

export interface CompiledRegion {
  /** Offset at which it is entered. */
  readonly root: number;
  /** Offsets of the guest instructions in it. */
  readonly instructions: readonly number[];
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** One for each request, undefined where there is nothing to compile. Region `i` is exported under `regionName(i)`. */
  readonly regions: readonly (CompiledRegion | undefined)[];
}

export const regionName = (index: number): string => `r${index}`;

/** Undefined if none of the requests leads to code worth compiling. */
export function compileRegions(requests: readonly RegionRequest[]): CompiledModule | undefined {
  const graphs = requests.map(({ page, root, budget }) => {
    const graph = findBlocks(page, root, budget);
    return (graph.blocks.get(root)?.insns.length ?? 0) > 0 ? graph : undefined;
  });
  if (!graphs.some((graph) => graph)) return undefined;
  const environment = declareEnvironment(wantedBy(graphs.filter((graph) => graph !== undefined)));
  graphs.forEach((graph, i) => {
    if (graph) environment.module.exportFunction(regionName(i), defineRegion(environment, graph));
  });
  const regions = graphs.map((graph) => graph && { root: graph.root, instructions: instructionsOf(graph) });
  return { bytes: environment.module.encode(), regions };
}

function instructionsOf({ blocks }: Graph): number[] {
  return [...blocks.values()].flatMap(({ insns }) => insns.map(({ offset }) => offset));
}

/** For each instruction the functions of the hart's module that its semantics may call. */
const CALLED = INSTRUCTIONS.map((insn) => {
  const arithmetic: string[] = [];
  const float: [name: string, operands: number][] = [];
  const probe = new Proxy({} as Ops<unknown, unknown>, {
    get: (_, name: string) => (op: FloatOp, format: 'S' | 'D', args: readonly unknown[]) => {
      if (name === 'float') float.push([floatName(format, op), args.length]);
      else arithmetic.push(name);
      return null;
    },
  });
  insn.exec(probe, {} as Fields<unknown, unknown>);
  return { arithmetic, float };
});

function wantedBy(graphs: readonly Graph[]): Wanted {
  const arithmetic = new Set<string>();
  const float = new Map<string, number>();
  for (const { blocks } of graphs) {
    for (const { insns } of blocks.values()) {
      for (const { decoded } of insns) {
        if (kindOf(decoded) !== 'plain') continue;
        const called = CALLED[decoded.insn.index]!;
        for (const name of called.arithmetic) arithmetic.add(name);
        for (const [name, operands] of called.float) float.set(name, operands);
      }
    }
  }
  return { arithmetic, float };
}
