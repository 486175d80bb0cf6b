/**
 * Shapes of saved state. A device declares its state's shape once; from it come the TypeScript type (`StateOf`), the deep
 * copy that `snapshot` gives away and the check that `restore` makes of what may be a damaged file.
 */

/** Gives a deep copy of a value that has the shape and throws a `DamagedState` for any other. */
export type Shape<T> = (value: unknown, path?: string) => T;
export type StateOf<S> = S extends Shape<infer T> ? T : never;

export class DamagedState extends Error {
  constructor(path: string, wanted: string) {
    super(`Saved state is damaged: ${path} is not ${wanted}`);
    this.name = 'DamagedState';
  }
}

/** An integer from `min` to `max`, both included. */
export function integer(min: number, max: number): Shape<number> {
  return (value, path = 'state') => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max || Object.is(value, -0)) {
      throw new DamagedState(path, `an integer from ${min} to ${max}`);
    }
    return value;
  };
}

export const u8 = integer(0, 0xff);
export const u16 = integer(0, 0xffff);
export const u32 = integer(0, 0xffff_ffff);

export const bool: Shape<boolean> = (value, path = 'state') => {
  if (typeof value !== 'boolean') throw new DamagedState(path, 'a boolean');
  return value;
};

export const u64: Shape<bigint> = (value, path = 'state') => {
  if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) {
    throw new DamagedState(path, 'an unsigned 64-bit integer');
  }
  return value;
};

/** A Uint8Array of `min` to `max` bytes. */
export function bytes(min: number, max: number): Shape<Uint8Array> {
  return (value, path = 'state') => {
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max) {
      throw new DamagedState(path, `a Uint8Array of ${min} to ${max} bytes`);
    }
    return value.slice();
  };
}

/** A list of `min` to `max` elements. */
export function list<T>(element: Shape<T>, min: number, max: number): Shape<T[]> {
  return (value, path = 'state') => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      throw new DamagedState(path, `a list of ${min} to ${max} elements`);
    }
    return Array.from(value, (each, index) => element(each, `${path}[${index}]`));
  };
}

/** An object with exactly these fields. */
export function record<S extends Record<string, Shape<unknown>>>(fields: S): Shape<{ [K in keyof S]: StateOf<S[K]> }> {
  const names = Object.keys(fields);
  return (value, path = 'state') => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject || Object.keys(value).length !== names.length) {
      throw new DamagedState(path, `an object with the fields ${names.join(', ')}`);
    }
    const source: Record<string, unknown> = { ...value };
    const copies = Object.entries(fields).map(([name, shape]) => [name, shape(source[name], `${path}.${name}`)]);
    return Object.fromEntries(copies);
  };
}
