import { InnError, isInnError } from '../../../shared/base/errors.ts';
import type { ErrorData, Operation, OperationEvent } from '../../../shared/contract/operation.ts';
import { randomId } from '../random-id.ts';
import { Topic } from '../topic.ts';

/** Milliseconds between two events about the progress of one operation. */
const REPORT_INTERVAL = 100;
/** Milliseconds for which one that ended well stays to be seen. */
const KEEP_ENDED = 30_000;
/** Failed ones that wait to be dismissed; beyond that the oldest give way. */
const KEEP_FAILED = 100;

export interface OperationSpec {
  readonly kind: Operation['kind'];
  readonly machine: string | null;
  /** For people. */
  readonly subject: string;
  readonly mayCancel: boolean;
}

export interface OperationContext {
  /** Fires when the operation is cancelled. */
  readonly signal: AbortSignal;
  /** `progress` from 0 to 1 never goes back; null where nobody can tell; as it was when left out. */
  report(step: string, progress?: number | null): void;
  /** From a point on where there is no way back, say. */
  mayCancel(value: boolean): void;
}

/** Resolves with the id of the machine that came of it, if one did. */
export type OperationWork = (context: OperationContext) => Promise<string | null | undefined> | Promise<void>;

interface Entry {
  operation: Operation;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  /** The most that was reported; kept while nobody can tell. */
  reached: number;
  publishedAt: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Work that takes long: seen by all doors, most of it can be cancelled.
 *
 *     running --work resolves--> done ------- 30 s --> dropped
 *        |-----work rejects----> failed --- dismissed -> dropped
 *        `-cancelled and then--> cancelled -- 30 s --> dropped
 */
export class Operations {
  readonly #entries = new Map<string, Entry>();
  readonly #topic = new Topic<OperationEvent>();

  get running(): number {
    return this.list().filter(({ status }) => status === 'running').length;
  }

  /** Starts the work before it returns. */
  run(spec: OperationSpec, work: OperationWork): Operation {
    const abort = new AbortController();
    const id = randomId(12);
    const settled = Promise.withResolvers<void>();
    const entry: Entry = {
      operation: {
        ...{ id, kind: spec.kind, machine: spec.machine, subject: spec.subject, mayCancel: spec.mayCancel },
        ...{ status: 'running', step: '', progress: null, error: null, result: null },
        ...{ startedAt: Date.now(), endedAt: null },
      },
      abort,
      ended: settled.promise,
      reached: 0,
      publishedAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#entries.set(id, entry);
    this.#publish(entry);
    const context: OperationContext = {
      signal: abort.signal,
      report: (step, progress) => this.#report(entry, step, progress),
      mayCancel: (value) => {
        if (value !== entry.operation.mayCancel && !abort.signal.aborted) this.#change(entry, { mayCancel: value });
      },
    };
    const run = async () => (await work(context)) ?? null;
    run()
      .then(
        (result) => this.#end(entry, { status: 'done', progress: 1, result }),
        (error: unknown) => {
          if (abort.signal.aborted) this.#end(entry, { status: 'cancelled' });
          else this.#end(entry, { status: 'failed', error: asErrorData(error) });
        },
      )
      .then(settled.resolve, settled.reject);
    return entry.operation;
  }

  /** Oldest first. */
  list(): Operation[] {
    return Array.from(this.#entries.values(), ({ operation }) => operation);
  }

  get(id: string): Operation {
    return this.#find(id).operation;
  }

  watch(signal: AbortSignal): AsyncIterable<OperationEvent> {
    return this.#topic.watch(signal, () => [{ kind: 'all', operations: this.list() }]);
  }

  /** Asks the work to stop; it is `cancelled` once the work has. One that ended, or is being cancelled, stays as it is. */
  cancel(id: string): Operation {
    const entry = this.#find(id);
    const { status, mayCancel, subject } = entry.operation;
    if (status !== 'running' || entry.abort.signal.aborted) return entry.operation;
    if (!mayCancel) {
      throw new InnError(`What is being done with ${subject} cannot be cancelled`, {
        code: 'operation-not-cancellable',
        nextStep: 'Wait until it ends.',
      });
    }
    this.#cancel(entry);
    return entry.operation;
  }

  /** Takes an operation that ended off the list. */
  dismiss(id: string): void {
    const entry = this.#find(id);
    if (entry.operation.status === 'running') {
      throw new InnError(`What is being done with ${entry.operation.subject} has not ended`, {
        code: 'operation-running',
        nextStep: 'Wait until it ends, or cancel it.',
      });
    }
    this.#drop(entry);
  }

  /** Cancels what may be cancelled and waits until nothing runs. */
  async settle(): Promise<void> {
    const running = [...this.#entries.values()].filter(({ operation }) => operation.status === 'running');
    for (const entry of running) if (entry.operation.mayCancel) this.#cancel(entry);
    await Promise.all(running.map(({ ended }) => ended));
  }

  #find(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new InnError('There is no such operation, or it is over', {
      code: 'operation-not-found',
      nextStep: 'Look at the list of operations for those there are.',
    });
  }

  #cancel(entry: Entry): void {
    this.#change(entry, { step: 'Cancelling', mayCancel: false });
    entry.abort.abort(new InnError('Cancelled', { code: 'cancelled', nextStep: 'Start it anew if you want it.' }));
  }

  #report(entry: Entry, step: string, progress: number | null | undefined): void {
    // Work that is being cancelled may not notice at once
    if (entry.operation.status !== 'running' || entry.abort.signal.aborted) return;
    if (typeof progress === 'number') entry.reached = Math.min(1, Math.max(entry.reached, progress || 0));
    const shown = progress === undefined ? entry.operation.progress : progress === null ? null : entry.reached;
    entry.operation = { ...entry.operation, step, progress: shown };
    if (entry.timer !== undefined) return;
    const wait = entry.publishedAt + REPORT_INTERVAL - performance.now();
    if (wait <= 0) this.#publish(entry);
    else entry.timer = setTimeout(() => this.#publish(entry), wait);
  }

  #change(entry: Entry, change: Partial<Operation>): void {
    entry.operation = { ...entry.operation, ...change };
    this.#publish(entry);
  }

  #publish(entry: Entry): void {
    clearTimeout(entry.timer);
    entry.timer = undefined;
    entry.publishedAt = performance.now();
    this.#topic.publish({ kind: 'changed', operation: entry.operation });
  }

  #end(entry: Entry, change: Partial<Operation>): void {
    this.#change(entry, { ...change, mayCancel: false, endedAt: Date.now() });
    if (entry.operation.status === 'failed') {
      const failed = [...this.#entries.values()].filter(({ operation }) => operation.status === 'failed');
      for (const old of failed.slice(0, -KEEP_FAILED)) this.#drop(old);
    } else {
      entry.timer = setTimeout(() => this.#drop(entry), KEEP_ENDED);
      // A host with nothing else to do need not wait for this
      entry.timer.unref();
    }
  }

  #drop(entry: Entry): void {
    clearTimeout(entry.timer);
    const { id } = entry.operation;
    if (this.#entries.delete(id)) this.#topic.publish({ kind: 'removed', id });
  }
}

function asErrorData(error: unknown): ErrorData {
  if (isInnError(error)) {
    const { code, message, nextStep } = error;
    const details = (error as InnError).details;
    return { code, message, nextStep, ...(details === undefined ? {} : { details }) };
  }
  return {
    code: 'internal',
    message: `Innkeeper failed: ${error instanceof Error ? error.message : String(error)}`,
    nextStep: 'This is a mistake in Innkeeper: run `inn doctor --bundle` and report it with the archive.',
  };
}
