/** Every method of the contract over every wire: what goes in arrives, what comes out arrives, what is wrong is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { contract } from '../../shared/contract/contract.ts';
import type { AnyMethod } from '../../shared/contract/method.ts';
import { accepted } from './arbitraries.ts';
import type { AnyClient } from './harness.ts';
import { all, codeOf, harness, METHODS, untyped } from './harness.ts';
import { WIRES } from './wires.ts';

const RUNS = 8;

interface Seen {
  readonly name: string;
  readonly args: unknown;
}

/** A host that notes what it is asked, and answers what `answer` holds: a result, or the events of a stream. */
function scripted() {
  const seen: Seen[] = [];
  const script: { answer: unknown } = { answer: undefined };
  const handlers = Object.fromEntries(
    METHODS.map(([name, { kind }]) => [
      name,
      kind === 'call'
        ? (args: unknown) => {
            seen.push({ name, args });
            return script.answer;
          }
        : async function* (args: unknown) {
            seen.push({ name, args });
            yield* script.answer as unknown[];
          },
    ]),
  );
  return { handlers: untyped(handlers), seen, script };
}

function use(client: AnyClient, name: string, { kind }: AnyMethod, args: unknown): Promise<unknown> {
  return kind === 'call' ? client.call(name, args) : all(client.stream(name, args));
}

/** What the method may answer; of a stream, several events. */
function answers(method: AnyMethod): fc.Arbitrary<unknown> {
  return method.kind === 'call' ? accepted(method.result) : fc.array(accepted(method.event), { maxLength: 3 });
}

/** Arguments that the method accepts, always the same ones. */
function someArguments(method: AnyMethod): object {
  return fc.sample(accepted(method.args), { numRuns: 1, seed: 3 })[0] as object;
}

/** Of things that can be sent, one that this field does not accept. */
function wrongFor(field: z.ZodType): unknown {
  const wrong = [{ wrong: true }, 'wrong\n', -1.5, [[]], null].find((value) => !field.safeParse(value).success);
  if (wrong === undefined) throw new Error('This field accepts everything');
  return wrong;
}

describe.each(WIRES)('over $name', (kind) => {
  const { connect } = harness(kind);

  it('the contract has methods of both kinds', () => {
    expect(new Set(METHODS.map(([, method]) => method.kind))).toEqual(new Set(['call', 'stream']));
  });

  it.each(METHODS)('%s takes its arguments and gives its answer', async (name, method) => {
    const { handlers, seen, script } = scripted();
    const { any, bugs } = await connect(handlers);
    await fc.assert(
      fc.asyncProperty(accepted(method.args), answers(method), async (args, answer) => {
        script.answer = answer;
        seen.length = 0;
        expect(await use(any, name, method, args)).toEqual(answer);
        expect(seen).toEqual([{ name, args: method.args.parse(args) }]);
      }),
      { numRuns: RUNS },
    );
    expect(bugs).toEqual([]);
  });

  it.each(METHODS)('%s refuses bad arguments, and says which and why', async (name, method) => {
    const { handlers, seen } = scripted();
    const { any } = await connect(handlers);
    for (const args of [undefined, null, 7, 'text', [], true]) {
      expect(await codeOf(use(any, name, method, args)), JSON.stringify(args)).toBe('bad-arguments');
    }
    const { shape } = method.args as z.ZodObject<Record<string, z.ZodType>>;
    for (const [field, schema] of Object.entries(shape)) {
      const args = { ...someArguments(method), [field]: wrongFor(schema) };
      await expect(use(any, name, method, args), field).rejects.toMatchObject({
        code: 'bad-arguments',
        message: expect.stringMatching(new RegExp(`^${name}: "${field}.*": .`)),
        nextStep: expect.stringContaining(field),
        details: { issues: expect.arrayContaining([expect.objectContaining({ expected: expect.any(String) })]) },
      });
    }
    expect(seen).toEqual([]);
  });

  it('a view-only connection may use what changes nothing, and only that', async () => {
    const { handlers, seen, script } = scripted();
    const connections = [
      await connect(handlers, { access: 'read' }),
      await connect(handlers, { access: 'write' }, { access: 'read' }),
      await connect(handlers, { access: 'read' }, { access: 'write' }),
    ];
    script.answer = [];
    for (const { any, client } of connections) {
      expect(client.server.access).toBe('read');
      for (const [name, method] of METHODS) {
        seen.length = 0;
        const code = await codeOf(use(any, name, method, someArguments(method)));
        const mayUse = method.access === 'read';
        expect([name, code, seen.length]).toEqual([name, mayUse ? undefined : 'view-only', mayUse ? 1 : 0]);
      }
    }
  });

  it('a method that the host does not know is an error of that call', async () => {
    const { handlers, script } = scripted();
    const { any } = await connect(handlers);
    script.answer = [];
    for (const name of ['machine.fly', 'toString', '__proto__', '', 'x'.repeat(10_000)]) {
      expect(await codeOf(any.call(name, {}))).toBe('unknown-method');
      expect(await codeOf(all(any.stream(name, {})))).toBe('unknown-method');
    }
    expect(Object.keys(contract)).not.toContain('machine.fly');
    expect(await any.call('machine.list', {})).toEqual([]);
  });
});
