/** Values that a zod schema accepts, so that every method of the contract is tried without anybody writing cases for it. */
import fc from 'fast-check';
import { z } from 'zod';

type Schema = z.core.$ZodType;

/** What a caller may hand over: inputs, before defaults are filled in. Throws for a kind of schema that is not known here. */
export function accepted(schema: Schema): fc.Arbitrary<unknown> {
  // Refinements cannot be built, only looked for; they are few and mild.
  return shaped(schema).filter((value) => (schema as z.ZodType).safeParse(value).success);
}

function shaped(schema: Schema): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return fc
        .tuple(...Object.entries(def.shape).map(([key, part]) => member(part).map((value) => [key, value] as const)))
        .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
    case 'array':
      return fc.array(accepted(def.element), { maxLength: 3 });
    case 'union':
      return fc.oneof(...def.options.map(accepted));
    case 'nullable':
      return fc.option(accepted(def.innerType));
    case 'optional':
    case 'default':
    case 'prefault':
      return accepted(def.innerType);
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'unknown':
      return fc.jsonValue({ maxDepth: 2 }).map(withoutNegativeZero);
    case 'string':
      return texts(schema);
    case 'number':
      return numbers(schema);
    case 'custom':
      // The contract's one custom schema: bytes.
      return fc.uint8Array({ maxLength: 64 });
    default:
      throw new Error(`The contract uses "${def.type}", which tests/contract/arbitraries.ts does not know yet`);
  }
}

/** A field that may be missing is, at times. */
function member(schema: Schema): fc.Arbitrary<unknown> {
  const { type } = (schema as z.core.$ZodTypes)._zod.def;
  const value = accepted(schema);
  return type === 'optional' || type === 'default' || type === 'prefault'
    ? fc.option(value, { nil: undefined })
    : value;
}

/** Bounds of a text or number, as JSON Schema calls them. */
function boundsOf(schema: Schema) {
  return z.toJSONSchema(schema) as {
    type?: string;
    pattern?: string;
    minLength?: number;
    maxLength?: number;
    minimum?: number;
    maximum?: number;
    multipleOf?: number;
  };
}

function texts(schema: Schema): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 20 } = boundsOf(schema);
  // Negative lookaheads cannot be built; the filter sees to them.
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern.replaceAll(/\(\?![^)]*\)/g, '')));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 20) });
}

function numbers(schema: Schema): fc.Arbitrary<number> {
  const { type, minimum, maximum, multipleOf: step = 1 } = boundsOf(schema);
  if (type !== 'integer') {
    const limits = { min: minimum ?? -Number.MAX_VALUE, max: maximum ?? Number.MAX_VALUE };
    return fc.double({ ...limits, noNaN: true }).map(withoutNegativeZero);
  }
  const least = Math.ceil((minimum ?? Number.MIN_SAFE_INTEGER) / step);
  const most = Math.floor((maximum ?? Number.MAX_SAFE_INTEGER) / step);
  return fc.integer({ min: least, max: most }).map((n) => withoutNegativeZero(n * step));
}

/** JSON has none. */
function withoutNegativeZero<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNegativeZero) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutNegativeZero(part)])) as T;
  }
  return Object.is(value, -0) ? (0 as T) : value;
}
