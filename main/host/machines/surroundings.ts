/** What the machines of a host share. */
import type { Engine } from '../../engines/engine.ts';
import type { Operations } from '../operations/operations.ts';
import type { ResolveFile } from './boot-files.ts';
import type { GuestSource } from './guest-source.ts';
import type { Bounds, Names } from './settings.ts';
import type { MachineStore } from './store.ts';

export interface Surroundings {
  readonly store: MachineStore;
  readonly engine: Engine;
  readonly guests: GuestSource;
  readonly operations: Operations;
  readonly names: Names;
  readonly bounds: Bounds;
  readonly now: () => number;
  readonly resolveFile: ResolveFile;
  /** What doors see of the machine with this id changed. */
  changed(id: string): void;
}
