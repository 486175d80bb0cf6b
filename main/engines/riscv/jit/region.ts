/**
 * Generates the function of a region: see `hart/region.ts` for what it agrees with the interpreter.
 *
 *     load the registers that are used
 *     block exit
 *       block bail
 *         blocks and loops as `structure.ts` found them
 *       end
 *       next pc and fuel from the number of the instruction that is left to the interpreter
 *     end
 *     store the registers that are written
 *     go on in the region that the next pc leads to, or return
 *
 * What the hot path does not do is beyond one of the two labels, or in a branch that is marked as unlikely: the page walk on a
 * TLB miss, exact floating point.
 */

import { OP } from '../hart/record.ts';
import { REGION_PARAMS, REGION_RESULTS, RESYNC } from '../hart/region.ts';
import type { Decoded } from '../isa/decode.ts';
import { HEAT, PAGE_SIZE, RECORD_SCALE_SHIFT, SLOT, STATE, TLB_WRITE } from '../memory/layout.ts';
import { entryOf } from '../mmu/tlb.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { callIndirect, type Expr, type FunctionRef, i32, i64, type Label, type Local } from '../wasm/ops.ts';
import type { Block, Graph, Placed } from './blocks.ts';
import type { Environment } from './environment.ts';
import { kindOf, uses } from './kinds.ts';
import { type RegionExits, RegionOps, type RegisterSets, translationKey } from './region-ops.ts';
import { type Item, type Node, structure } from './structure.ts';

interface RegionNode extends Node {
  readonly block: Block;
  readonly successors: RegionNode[];
}

/** Where a bail is: the offset of the instruction above, instructions of its block that were not executed below. */
const UNEXECUTED_BITS = 12;

export function defineRegion(e: Environment, graph: Graph): FunctionRef {
  return e.module.define(REGION_PARAMS, REGION_RESULTS, (f) => new RegionBuilder(e, f, graph).build());
}

interface Target {
  readonly label: Label;
  /** Whether the dispatch local has to say which head is meant. */
  readonly dispatched: boolean;
}

class RegionBuilder {
  private readonly e: Environment;
  private readonly f: FunctionBuilder;
  private readonly graph: Graph;
  private readonly fuel: Local<'i32'>;
  private readonly dataTlb: Local<'i32'>;
  private readonly slot: Local<'i32'>;
  private readonly pagePc: Local<'i64'>;
  private readonly nextPc: Local<'i64'>;
  private readonly bailAt: Local<'i32'>;
  private readonly head: Local<'i32'>;
  private readonly lookup: Local<'i32'>;
  private readonly ops: RegionOps;
  private readonly items: readonly Item<RegionNode>[];
  private readonly nodes = new Map<number, RegionNode>();
  private readonly targets = new Map<RegionNode, Target>();
  private readonly exits: RegionExits & { bail: Label };
  private exit!: Label;
  private block!: Block;
  private position = 0;

  constructor(e: Environment, f: FunctionBuilder, graph: Graph) {
    this.e = e;
    this.f = f;
    this.graph = graph;
    this.fuel = f.param('i32', 0);
    this.dataTlb = f.param('i32', 1);
    this.slot = f.param('i32', 2);
    this.pagePc = f.param('i64', 3);
    this.nextPc = f.local('i64');
    this.bailAt = f.local('i32');
    this.head = f.local('i32');
    this.lookup = f.local('i32');
    this.exits = {
      bail: { level: -1 },
      prepareBail: () => this.prepareBail(),
      branch: (taken) => this.branch(taken),
      jump: () => this.jump(),
      indirect: (target) => this.indirect(target),
    };
    this.connect();
    this.items = structure([...this.nodes.values()], [this.root]);
    const cached = hottestBases(this.items);
    this.ops = new RegionOps(
      e,
      f,
      { dataTlb: this.dataTlb, pagePc: this.pagePc },
      registersOf(graph),
      cached,
      this.exits,
    );
  }

  build(): void {
    const { f, ops, items } = this;
    ops.loadAll();
    f.block((exit) => {
      this.exit = exit;
      f.block((bail) => {
        this.exits.bail = bail;
        this.emitItems(items, [this.root]);
        f.unreachable();
      });
      const offset = i64.extendI32U(i32.shrU(this.bailAt, UNEXECUTED_BITS));
      f.set(this.nextPc, i64.add(i64.add(this.pagePc, offset), 1n));
      f.set(this.fuel, i32.add(this.fuel, i32.and(this.bailAt, (1 << UNEXECUTED_BITS) - 1)));
    });
    ops.storeAll();
    this.chain();
  }

  /** Goes on in the region that `nextPc` is an entry of, if there is one and this is no bail; else back to the interpreter. */
  private chain(): void {
    const { e, f, fuel, slot, pagePc, nextPc, lookup } = this;
    f.block((leave) => {
      f.brIf(leave, i32.wrap(i64.and(nextPc, 1n)));
      const page = i64.and(nextPc, -BigInt(PAGE_SIZE));
      f.if(i64.ne(page, pagePc), () => {
        const entry = entryOf(i32.add(e.hart, i32.load(e.hart, STATE.fetchTlb)), nextPc);
        f.set(lookup, entry);
        f.brIf(leave, i64.ne(i64.load(lookup), page));
        f.set(pagePc, page);
        f.set(slot, i32.load(lookup, 8));
        f.store64(e.hart, pagePc, STATE.pagePc);
        f.store(e.hart, slot, STATE.slot);
      });
      const place = i32.add(slot, i32.and(i32.wrap(nextPc), PAGE_SIZE - 2));
      f.set(lookup, i32.load16U(place, SLOT.heat));
      f.brIf(leave, i32.ltU(lookup, HEAT.compiled));
      const region = i32.sub(lookup, HEAT.compiled);
      f.returnCallIndirect(e.regions, e.regionType, region, fuel, this.dataTlb, slot, pagePc);
    });
    f.store(e.hart, fuel, STATE.fuel);
    f.result(nextPc);
  }

  private get root(): RegionNode {
    return this.nodes.get(this.graph.root)!;
  }

  private connect(): void {
    const { blocks } = this.graph;
    for (const [offset, block] of blocks) this.nodes.set(offset, { id: this.nodes.size, block, successors: [] });
    for (const { block, successors } of this.nodes.values()) {
      const { end } = block;
      const link = (offset: number) => {
        const next = this.nodes.get(offset);
        if (next) successors.push(next);
      };
      if (end.kind === 'branch') {
        link(end.taken);
        link(end.next);
      } else if (end.kind === 'jump') link(end.target);
      else if (end.kind === 'fall') link(end.next);
    }
  }

  // Structure

  private emitItems(items: readonly Item<RegionNode>[], entered: readonly RegionNode[]): void {
    const { f } = this;
    const first = items[0]!;
    const direct = entered.length === 1 && first.heads.includes(entered[0]!);
    const nest = (position: number): void => {
      const item = items[position];
      if (item === undefined) {
        if (!direct) this.dispatch(entered);
        return;
      }
      if (position > 0 || !direct) {
        f.block((label) => this.withTarget(item, label, () => nest(position - 1)));
      }
      this.emitItem(item);
    };
    nest(items.length - 1);
  }

  /** While `inside` is emitted, `label` is where to go for the heads of `item`. */
  private withTarget({ heads }: Item<RegionNode>, label: Label, inside: () => void): void {
    const before = heads.map((head) => this.targets.get(head));
    for (const head of heads) this.targets.set(head, { label, dispatched: heads.length > 1 });
    inside();
    heads.forEach((head, i) => {
      const target = before[i];
      if (target) this.targets.set(head, target);
      else this.targets.delete(head);
    });
  }

  private emitItem(item: Item<RegionNode>): void {
    if (item.kind === 'node') {
      this.emitNode(item.node);
      return;
    }
    const { f } = this;
    f.loop((label) => {
      this.withTarget(item, label, () => this.emitItems(item.inside, item.heads));
      f.unreachable();
    });
    f.unreachable();
  }

  /** To the head that the dispatch local names; `entered` are those that there may be. */
  private dispatch(entered: readonly RegionNode[]): void {
    const { f } = this;
    const labels: (Label | undefined)[] = [];
    for (const node of entered) labels[node.id] = this.targets.get(node)!.label;
    const otherwise = labels.find((label) => label !== undefined)!;
    f.brTable(
      this.head,
      Array.from(labels, (label) => label ?? otherwise),
      otherwise,
    );
  }

  private goTo(offset: number): void {
    const node = this.nodes.get(offset);
    if (node) this.goToNode(node);
    else this.leaveFor(offset);
  }

  private goToNode(node: RegionNode): void {
    const { label, dispatched } = this.targets.get(node)!;
    if (dispatched) this.f.set(this.head, node.id);
    this.f.br(label);
  }

  private leaveFor(offset: number): void {
    this.f.set(this.nextPc, i64.add(this.pagePc, BigInt(offset)));
    this.f.br(this.exit);
  }

  // Blocks

  private emitNode({ block }: RegionNode): void {
    const { f, fuel, ops } = this;
    const { insns, end } = block;
    this.block = block;
    ops.beginBlock();
    if (insns.length > 0) {
      // Nothing of it is executed, and so nothing to be given back
      f.set(this.bailAt, block.offset << UNEXECUTED_BITS);
      f.brIf(this.exits.bail, i32.ltU(fuel, insns.length), false);
      f.set(fuel, i32.sub(fuel, insns.length));
    }
    for (const [position, insn] of insns.entries()) {
      this.position = position;
      if (kindOf(insn.decoded) === 'cold') this.callCold(insn);
      else ops.execute(insn.offset, insn.decoded);
    }
    if (end.kind === 'interpret') {
      f.set(this.bailAt, end.at << UNEXECUTED_BITS);
      f.br(this.exits.bail);
    } else if (end.kind === 'fall') this.goTo(end.next);
  }

  private prepareBail(): void {
    const { insns } = this.block;
    const { offset } = insns[this.position]!;
    this.f.set(this.bailAt, (offset << UNEXECUTED_BITS) | (insns.length - this.position));
  }

  private branch(taken: Expr<'i32'>): void {
    const { end } = this.block;
    if (end.kind !== 'branch') throw new Error('a branch within a block');
    const node = this.nodes.get(end.taken);
    const target = node && this.targets.get(node);
    if (target && !target.dispatched) this.f.brIf(target.label, taken, this.likelihood(end.taken, end.next));
    else this.f.if(taken, () => this.goTo(end.taken), undefined, this.likelihood(end.taken, end.next));
    this.goTo(end.next);
  }

  /** Whether a branch goes to `taken` rather than `next`, as far as one of them was not worth compiling. */
  private likelihood(taken: number, next: number): boolean | undefined {
    const inRegion = this.nodes.has(taken);
    return inRegion === this.nodes.has(next) ? undefined : inRegion;
  }

  private jump(): void {
    const { end } = this.block;
    if (end.kind !== 'jump') throw new Error('a jump within a block');
    this.goTo(end.target);
  }

  private indirect(target: Expr<'i64'>): void {
    this.f.set(this.nextPc, target);
    this.f.br(this.exit);
  }

  /** Has the interpreter's own function execute an instruction, and goes on if it does not have to look at everything anew. */
  private callCold({ offset, decoded }: Placed): void {
    const { e, f, ops } = this;
    const record = i32.add(this.slot, offset << RECORD_SCALE_SHIFT);
    f.set(this.lookup, i32.load16U(record));
    this.prepareBail();
    f.brIf(this.exits.bail, i32.leU(this.lookup, OP.resync), false);
    ops.storeAll();
    const left = this.block.insns.length - this.position - 1;
    f.store(e.hart, i32.add(this.fuel, left), STATE.fuel);
    f.if(callIndirect('i32', e.cold, e.coldType, this.lookup, record, this.slot, this.lookup), () => {
      f.return(i64.const(RESYNC));
    });
    ops.reload(decoded);
  }
}

/** Translations kept in locals, at most: each takes registers from the rest. */
const MAX_CACHED_BASES = 12;
/** How much more often the inside of a loop is taken to run than what is around it. */
const LOOP_WEIGHT = 8;
/** Below, keeping a translation does not pay: outside of loops it is seldom used twice. */
const LEAST_WEIGHT = 8;

/** The keys of the accesses that most often happen, as far as loops tell. */
function hottestBases(items: readonly Item<RegionNode>[]): number[] {
  const weights = new Map<number, number>();
  const count = (item: Item<RegionNode>, weight: number): void => {
    if (item.kind === 'loop') {
      for (const inside of item.inside) count(inside, weight * LOOP_WEIGHT);
      return;
    }
    for (const { decoded } of item.node.block.insns) {
      const table = tableOf(decoded);
      if (table === undefined) continue;
      const key = translationKey(decoded.rs1, table);
      weights.set(key, (weights.get(key) ?? 0) + weight);
    }
  };
  for (const item of items) count(item, 1);
  return [...weights]
    .filter(([, weight]) => weight >= LEAST_WEIGHT)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_CACHED_BASES)
    .map(([key]) => key);
}

/** The half of the data TLB that a plain load or store looks in. */
function tableOf(decoded: Decoded): number | undefined {
  if (kindOf(decoded) !== 'plain') return undefined;
  if (uses(decoded.insn, 'load')) return 0;
  return uses(decoded.insn, 'store') ? TLB_WRITE : undefined;
}

function registersOf({ blocks }: Graph): RegisterSets {
  const sets = { x: new Set<number>(), xWritten: new Set<number>(), f: new Set<number>(), fWritten: new Set<number>() };
  for (const { insns } of blocks.values()) {
    for (const { decoded } of insns) {
      const { insn, rd, rs1, rs2, rs3 } = decoded;
      if (kindOf(decoded) === 'cold') continue;
      const { fields } = insn;
      if (fields.has('rs1')) sets.x.add(rs1);
      if (fields.has('rs2')) sets.x.add(rs2);
      if (fields.has('fs1')) sets.f.add(rs1);
      if (fields.has('fs2')) sets.f.add(rs2);
      if (fields.has('fs3')) sets.f.add(rs3);
      if (fields.has('rd')) for (const set of [sets.x, sets.xWritten]) set.add(rd);
      if (fields.has('fd')) for (const set of [sets.f, sets.fWritten]) set.add(rd);
    }
  }
  sets.x.delete(0);
  sets.xWritten.delete(0);
  return sets;
}
