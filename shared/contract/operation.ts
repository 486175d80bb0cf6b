/** Work that may take longer than a second: it is seen, and most of it can be cancelled. */
import { z } from 'zod';
import { machineId } from './machine.ts';

export const operationId = z.string().regex(/^[a-z0-9]{12}$/);

/** What an `InnError` is on the wire, and wherever one is kept. */
export const errorData = z.object({
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
  details: z.unknown().optional(),
});
export type ErrorData = z.infer<typeof errorData>;

export const OPERATION_KINDS = ['start', 'clone', 'purge', 'shut-down'] as const;

export const operation = z.object({
  id: operationId,
  kind: z.enum(OPERATION_KINDS),
  machine: machineId.nullable(),
  /** Names the thing that is worked on, for people. */
  subject: z.string(),
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What is being done right now, for people. */
  step: z.string(),
  /** 0 to 1; null where nobody can tell. */
  progress: z.number().min(0).max(1).nullable(),
  mayCancel: z.boolean(),
  error: errorData.nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** The machine that came of it, where that is another than `machine`: a clone. */
  result: machineId.nullable(),
});
export type Operation = z.infer<typeof operation>;

/** First `all`, then one by one. Those that ended well are dropped after a while, those that failed once dismissed. */
export const operationEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all'), operations: z.array(operation) }),
  z.object({ kind: z.literal('changed'), operation }),
  z.object({ kind: z.literal('removed'), id: operationId }),
]);
export type OperationEvent = z.infer<typeof operationEvent>;
