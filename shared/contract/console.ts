/** A console as a stream: first what it said before, then what it says. */
import { z } from 'zod';

export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes');

export const consoleEvent = z.discriminatedUnion('kind', [
  /** The scrollback, in pieces; the last has `last`. `from` is the offset of the first byte since the console was opened. */
  z.object({ kind: z.literal('replay'), bytes, last: z.boolean() }),
  z.object({ kind: z.literal('output'), bytes }),
  /** This viewer was too slow: so many bytes were left out before what comes next. */
  z.object({ kind: z.literal('skipped'), bytes: z.number() }),
  /** The machine started anew; what comes next is of that run. */
  z.object({ kind: z.literal('restarted') }),
  /** Another viewer changed the size, in characters: all viewers share one terminal. */
  z.object({ kind: z.literal('resized'), columns: z.int(), rows: z.int() }),
]);
export type ConsoleEvent = z.infer<typeof consoleEvent>;
