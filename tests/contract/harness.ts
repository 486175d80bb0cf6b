/** Connections for tests, and a host that does nothing but what a test says. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { InnError } from '../../shared/base/errors.ts';
import type { Handlers } from '../../shared/contract/contract.ts';
import { contract } from '../../shared/contract/contract.ts';
import type { AnyMethod } from '../../shared/contract/method.ts';
import type { Client, ConnectOptions } from '../../shared/rpc/client.ts';
import { connect } from '../../shared/rpc/client.ts';
import type { ServeOptions, Service } from '../../shared/rpc/server.ts';
import { serve } from '../../shared/rpc/server.ts';
import type { Transport, WireKind, WirePair } from './wires.ts';

/** The contract with its methods by name, where a test goes through all of them. */
export const METHODS: readonly (readonly [string, AnyMethod])[] = Object.entries(contract);

export type AnyHandler = (args: unknown, signal: AbortSignal) => unknown;

/** A client whose methods are named by a test that goes through all of them. */
export interface AnyClient {
  call(method: string, args: unknown, options?: { signal?: AbortSignal }): Promise<unknown>;
  stream(method: string, args: unknown, options?: { signal?: AbortSignal }): AsyncIterableIterator<unknown, undefined>;
}

/** For a test that goes through all methods and knows no types. */
export function untyped(handlers: Record<string, AnyHandler>): Partial<Handlers> {
  return handlers as Partial<Handlers>;
}

/** All methods, of which those that the test did not say fail. */
export function handlersWith(some: Partial<Handlers>): Handlers {
  const missing = (name: string) => () => {
    throw new InnError(`${name} is no part of this test`, { code: 'not-in-test', nextStep: 'Add a handler.' });
  };
  return { ...Object.fromEntries(METHODS.map(([name]) => [name, missing(name)])), ...some } as unknown as Handlers;
}

export interface Connection {
  readonly client: Client;
  readonly any: AnyClient;
  readonly service: Service;
  readonly pair: WirePair;
  /** What the server called bugs. */
  readonly bugs: unknown[];
}

export interface Harness {
  open(): Promise<WirePair>;
  /** Serves `handlers` at one end of a new wire. */
  serve(
    pair: WirePair,
    handlers: Partial<Handlers>,
    options?: Partial<ServeOptions>,
  ): { service: Service; bugs: unknown[] };
  connect(
    handlers: Partial<Handlers>,
    options?: Partial<ServeOptions>,
    client?: Partial<ConnectOptions>,
  ): Promise<Connection>;
}

/** To be called within a `describe`; closes after each test what was opened in it. */
export function harness(kind: WireKind): Harness {
  let transport: Transport;
  let opened: WirePair[] = [];
  beforeAll(async () => {
    transport = await kind.start();
  });
  afterEach(() => {
    for (const { client, server } of opened) {
      client.close();
      server.close();
    }
    opened = [];
  });
  afterAll(() => transport.close());

  const self: Harness = {
    open: async () => {
      const pair = await transport.open();
      opened.push(pair);
      return pair;
    },
    serve: (pair, handlers, options = {}) => {
      const bugs: unknown[] = [];
      const service = serve(pair.server, {
        handlers: handlersWith(handlers),
        version: '1.2.3',
        kind: 'app',
        access: 'write',
        onBug: (error) => bugs.push(error),
        ...options,
      });
      return { service, bugs };
    },
    connect: async (handlers, options = {}, clientOptions = {}) => {
      const pair = await self.open();
      const { service, bugs } = self.serve(pair, handlers, options);
      const client = await connect(pair.client, { version: '1.2.3', ...clientOptions });
      return { client, any: client as unknown as AnyClient, service, pair, bugs };
    },
  };
  return self;
}

/** The code of the error that something ends with; undefined if it ends well. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof InnError ? error.code : error;
  }
}

/** All that a stream says until it ends. */
export async function all<E>(stream: AsyncIterable<E>): Promise<E[]> {
  const events: E[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** Resolves when the signal fires. */
export function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
