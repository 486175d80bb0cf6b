/**
 * Compiled code of one hart: puts regions where the interpreter finds them, and forgets them.
 *
 * A region belongs to a slot and its generation. When the slot is filled anew, its heat is cleared, so nothing leads to the
 * region any more; what it occupied is given back with all the rest, when everything is forgotten.
 */
import type { CodeBinding } from '../hart/instance.ts';
import { OP } from '../hart/record.ts';
import { HEAT, MAX_REGIONS, PAGE_SIZE, RECORD, SLOT, SLOT_SIZE, SLOTS, SLOTS_BASE } from '../memory/layout.ts';
import type { PageCode } from './blocks.ts';
import { type CompiledRegion, type RegionRequest, regionName } from './compile.ts';
import { HotPages, type SlotVersion } from './hot-pages.ts';

export interface CodeCacheStatistics {
  regions: number;
  instructions: number;
  /** Bytes of WebAssembly. */
  bytes: number;
  modules: number;
  /** Times that everything was forgotten for want of room. */
  flushes: number;
  /** Hot places that were not compiled, for their page keeps changing or has been compiled enough. */
  refused: number;
  /** Regions that came too late: their page had changed. */
  stale: number;
}

const TABLE_STEP = 1024;
/** Bytes of WebAssembly after which everything is forgotten; machine code is some four times as much. */
const MAX_BYTES = 16 << 20;

export class CodeCache {
  readonly statistics: CodeCacheStatistics = {
    regions: 0,
    instructions: 0,
    bytes: 0,
    modules: 0,
    flushes: 0,
    refused: 0,
    stale: 0,
  };
  readonly #binding: CodeBinding;
  readonly #view: DataView;
  readonly #imports: WebAssembly.Imports;
  readonly #slots: { readonly from: number; readonly to: number };
  readonly #pages = new HotPages();
  #regions = 0;
  #bytes = 0;

  constructor(binding: CodeBinding) {
    const { memory, base, registers, regions, core } = binding;
    this.#binding = binding;
    this.#view = new DataView(memory.buffer);
    this.#imports = { hart: { memory, base, registers, regions }, core: { ...core } };
    this.#slots = { from: base + SLOTS_BASE, to: base + SLOTS_BASE + SLOTS * SLOT_SIZE };
  }

  /**
   * A place has become hot: what to compile for it, if anything. The interpreter counts no more there. With `everything`, code
   * that has not been executed yet is compiled too.
   */
  request(
    slot: number,
    offset: number,
    everything = false,
  ): { request: RegionRequest; version: SlotVersion } | undefined {
    this.#setHeat(slot, offset, HEAT.settled);
    // The straddle slot holds no page
    if (slot < this.#slots.from || slot >= this.#slots.to) return undefined;
    const version = this.#versionOf(slot);
    const page = this.#codeIn(slot);
    const verdict = this.#pages.judge(version, page.bytes, offset);
    if (verdict.kind !== 'compile') {
      this.statistics.refused++;
      if (verdict.kind === 'later') this.postpone(version, offset);
      return undefined;
    }
    if (everything) page.executed.fill(1);
    return { request: { page, root: offset, budget: verdict.budget }, version };
  }

  #versionOf(slot: number): SlotVersion {
    return {
      slot,
      generation: this.#view.getUint32(slot + SLOT.generation, true),
      page: this.#view.getUint32(slot + SLOT.page, true) - 1,
    };
  }

  /** Has the interpreter count there from the start again. */
  postpone({ slot }: SlotVersion, offset: number): void {
    this.#setHeat(slot, offset, 0);
  }

  /** Whether that slot still is what it was. */
  isCurrent({ slot, generation, page }: SlotVersion): boolean {
    const now = this.#versionOf(slot);
    return now.generation === generation && now.page === page;
  }

  #codeIn(slot: number): PageCode {
    const bytes = new Uint8Array(PAGE_SIZE);
    bytes.set(new Uint8Array(this.#view.buffer, slot + SLOT.copy, PAGE_SIZE));
    const executed = new Uint8Array(PAGE_SIZE / 2);
    for (let i = 0; i < executed.length; i++) {
      executed[i] = this.#view.getUint16(slot + i * RECORD, true) > OP.resync ? 1 : 0;
    }
    return { bytes, executed };
  }

  /** Links a module and makes its regions reachable from slots that are still what they were compiled from. */
  install(
    module: WebAssembly.Module,
    bytes: number,
    regions: readonly (CompiledRegion | undefined)[],
    versions: readonly SlotVersion[],
  ): void {
    if (this.#regions + regions.length > MAX_REGIONS || this.#bytes + bytes > MAX_BYTES) this.flush();
    const { exports } = new WebAssembly.Instance(module, this.#imports);
    this.#bytes += bytes;
    this.statistics.bytes += bytes;
    this.statistics.modules++;
    regions.forEach((region, i) => {
      const version = versions[i]!;
      if (!region) return;
      if (!this.isCurrent(version)) {
        this.statistics.stale++;
        return;
      }
      const index = this.#regions++;
      const table = this.#binding.regions;
      if (index >= table.length) table.grow(Math.min(TABLE_STEP, MAX_REGIONS - table.length));
      table.set(index, exports[regionName(i)]);
      this.statistics.regions++;
      this.statistics.instructions += region.instructions.length;
      this.#pages.compiled(version, region.instructions);
      this.#setHeat(version.slot, region.root, HEAT.compiled + index);
    });
  }

  /** Forgets everything. */
  flush(): void {
    const { regions } = this.#binding;
    for (let slot = this.#slots.from; slot < this.#slots.to; slot += SLOT_SIZE) {
      if (this.#view.getUint32(slot + SLOT.page, true) === 0) continue;
      for (let at = 0; at < PAGE_SIZE; at += 2) {
        if (this.#heat(slot, at) >= HEAT.settled) this.#setHeat(slot, at, 0);
      }
    }
    for (let i = 0; i < this.#regions; i++) regions.set(i, null);
    this.#pages.forget();
    this.#regions = 0;
    this.#bytes = 0;
    this.statistics.flushes++;
  }

  #heat(slot: number, offset: number): number {
    return this.#view.getUint16(slot + SLOT.heat + offset, true);
  }

  #setHeat(slot: number, offset: number, heat: number): void {
    this.#view.setUint16(slot + SLOT.heat + offset, heat, true);
  }
}
