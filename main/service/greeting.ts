/**
 * What both sides of the local endpoint say before anything else. It keeps its shape in every version, so that any two can tell
 * each other that they do not match, and `inn host restart` can end a host of any other version.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { errorData } from '../../shared/contract/operation.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { WireEnd } from '../../shared/rpc/wire-end.ts';

const greeting = z.object({
  innkeeper: z.literal(1),
  token: z.string().max(256),
  ask: z.discriminatedUnion('kind', [
    /** What follows is between the door and the host, with no more than this access. */
    z.object({ kind: z.literal('connect'), access: z.enum(['read', 'write']) }),
    /** End the host; the wire closes when it has ended. `refuse` fails while machines run. */
    z.object({ kind: z.literal('stop'), machines: z.enum(['refuse', 'shut-down', 'power-off']) }),
  ]),
});
export type Greeting = z.infer<typeof greeting>;
export type Ask = Greeting['ask'];

const answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: errorData }),
]);
export type Answer = z.infer<typeof answer>;

/** Bytes of a greeting at most: its sender is nobody yet. */
const MAX_GREETING = 1024;

export function encodeGreeting(value: Greeting | Answer): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function parseGreeting(message: Uint8Array): Greeting | undefined {
  return message.length > MAX_GREETING ? undefined : parse(message, greeting);
}

export function parseAnswer(message: Uint8Array): Answer | undefined {
  return parse(message, answer);
}

function parse<S extends z.ZodType>(message: Uint8Array, schema: S): z.output<S> | undefined {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(message)));
  } catch {
    return undefined;
  }
}

/** Takes as long whatever the difference, also in length. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export interface Introduced {
  /** The first message of a wire; undefined where it closes, or `milliseconds` pass, before there is one. */
  readonly first: Promise<Uint8Array | undefined>;
  /** The same wire without that message. */
  readonly rest: Wire;
}

export function splitFirst(wire: Wire, milliseconds: number): Introduced {
  const end = new WireEnd(() => wire.close());
  const first = new Promise<Uint8Array | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    let seen = false;
    wire.onMessage((message) => {
      clearTimeout(timer);
      if (seen) end.deliver(message);
      seen = true;
      resolve(message);
    });
    wire.onClose((reason) => {
      clearTimeout(timer);
      end.end(reason);
      resolve(undefined);
    });
  });
  const rest: Wire = {
    send: (message) => wire.send(message),
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close: () => wire.close(),
  };
  return { first, rest };
}
