/** What the host is made of. */
import type { HostInfo } from '../../shared/contract/host.ts';
import type { Engine } from '../engines/engine.ts';
import type { GuestSource } from './machines/guest-source.ts';
import type { Machines } from './machines/machines.ts';
import type { Notices } from './notices/notices.ts';
import type { Operations } from './operations/operations.ts';
import type { PreferencesStore } from './preferences/preferences.ts';
import type { Uploads } from './uploads/uploads.ts';

export interface HostOptions {
  /** Absolute path; made if it is missing. Nobody else may use it: see main/service. */
  readonly dataFolder: string;
  readonly kind: HostInfo['kind'];
  readonly version: string;
  readonly engine: Engine;
  readonly guests: GuestSource;
  /** Bytes of memory that a machine may have; all of the computer's when left out. */
  readonly memoryLimit?: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

export type Ending = 'shut-down' | 'power-off';

/** What the handlers are made of. */
export interface HostParts {
  readonly options: HostOptions;
  readonly memory: number;
  readonly startedAt: number;
  readonly machines: Machines;
  readonly operations: Operations;
  readonly preferences: PreferencesStore;
  readonly uploads: Uploads;
  readonly notices: Notices;
  /** Ends machines, and has the host end after that. */
  requestStop(machines: Ending | 'refuse'): Promise<void>;
  /** Throws while the host is ending. */
  mayStart(): void;
}
