/** What a contract is made of: calls, which answer once, and streams, which yield events until either side ends them. */
import type { z } from 'zod';

/** `read` methods change nothing; they are all that a view-only connection may use. */
export type Access = 'read' | 'write';

export interface CallMethod<A extends z.ZodType, R extends z.ZodType> {
  readonly kind: 'call';
  readonly access: Access;
  readonly args: A;
  readonly result: R;
}

export interface StreamMethod<A extends z.ZodType, E extends z.ZodType> {
  readonly kind: 'stream';
  readonly access: Access;
  readonly args: A;
  readonly event: E;
}

export function call<A extends z.ZodType, R extends z.ZodType>(access: Access, args: A, result: R): CallMethod<A, R> {
  return { kind: 'call', access, args, result };
}

export function stream<A extends z.ZodType, E extends z.ZodType>(
  access: Access,
  args: A,
  event: E,
): StreamMethod<A, E> {
  return { kind: 'stream', access, args, event };
}

export type AnyMethod = CallMethod<z.ZodType, z.ZodType> | StreamMethod<z.ZodType, z.ZodType>;
/** Names of methods are `noun.verb`. */
export type AnyContract = Readonly<Record<string, AnyMethod>>;

export type CallName<C extends AnyContract> = {
  [K in keyof C]: C[K]['kind'] extends 'call' ? K : never;
}[keyof C] &
  string;
export type StreamName<C extends AnyContract> = {
  [K in keyof C]: C[K]['kind'] extends 'stream' ? K : never;
}[keyof C] &
  string;

/** What a client hands over: fields with defaults may be left out. */
export type ArgsIn<C extends AnyContract, K extends keyof C> = z.input<C[K]['args']>;
/** What a handler gets: validated, defaults filled in. */
export type ArgsOf<C extends AnyContract, K extends keyof C> = z.output<C[K]['args']>;
export type ResultOf<C extends AnyContract, K extends CallName<C>> =
  C[K] extends CallMethod<z.ZodType, infer R> ? z.output<R> : never;
export type EventOf<C extends AnyContract, K extends StreamName<C>> =
  C[K] extends StreamMethod<z.ZodType, infer E> ? z.output<E> : never;
