/**
 * One message: [u32 little-endian: bytes of JSON][JSON in UTF-8][bytes]. A Uint8Array anywhere in the value travels in the last
 * section, and in the JSON stands `{"$bytes":[offset, length]}` instead. Keys of other objects that look like it get one more `$`.
 */
import { MAX_DEPTH } from './limits.ts';
import { MAX_MESSAGE } from './wire.ts';

const HEADER = 4;
const PLACEHOLDER = '$bytes';
const NEEDS_ESCAPE = /^\$+bytes$/;
const ESCAPED = /^\$\$+bytes$/;

/** `too-large` and `unsendable` (cyclic, too deep, a bigint) come from encoding, `malformed` from decoding. */
export type CodecFault = 'too-large' | 'unsendable' | 'malformed';

export class CodecError extends Error {
  readonly fault: CodecFault;

  constructor(fault: CodecFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CodecError';
    this.fault = fault;
  }
}

interface Section {
  readonly parts: Uint8Array[];
  length: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Throws `CodecError`. Bytes are copied; `value` is left as it is. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const section: Section = { parts: [], length: 0 };
  const json = encoder.encode(stringify(lift(value, section, 0)));
  const length = HEADER + json.length + section.length;
  if (length > MAX_MESSAGE) {
    throw new CodecError('too-large', `A message of ${length} bytes; at most ${MAX_MESSAGE} are sent`);
  }
  const message = new Uint8Array(length);
  new DataView(message.buffer).setUint32(0, json.length, true);
  message.set(json, HEADER);
  let at = HEADER + json.length;
  for (const part of section.parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

function stringify(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new CodecError('unsendable', 'A value that JSON cannot express', cause);
  }
  if (text === undefined) throw new CodecError('unsendable', 'A value that JSON cannot express');
  return text;
}

/** The value with placeholders for its bytes; copies only what has to differ. */
function lift(value: unknown, section: Section, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    const placeholder = { [PLACEHOLDER]: [section.length, value.length] };
    section.parts.push(value);
    section.length += value.length;
    return placeholder;
  }
  if (depth >= MAX_DEPTH) throw new CodecError('unsendable', `More than ${MAX_DEPTH} levels, or a cycle`);
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const lifted = lift(value[i], section, depth + 1);
      if (lifted !== value[i]) {
        copy ??= [...value];
        copy[i] = lifted;
      }
    }
    return copy ?? value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, part]: [string, unknown]): [string, unknown] => {
    const lifted = lift(part, section, depth + 1);
    const name = NEEDS_ESCAPE.test(key) ? `$${key}` : key;
    changed ||= lifted !== part || name !== key;
    return [name, lifted];
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** Throws `CodecError` (`malformed`) and nothing else, whatever the bytes are. Bytes of the value are views of `message`. */
export function decode(message: Uint8Array): unknown {
  if (message.length > MAX_MESSAGE) throw malformed(`${message.length} bytes; at most ${MAX_MESSAGE} are taken`);
  if (message.length < HEADER) throw malformed('shorter than its header');
  const length = new DataView(message.buffer, message.byteOffset, HEADER).getUint32(0, true);
  if (length > message.length - HEADER) throw malformed('shorter than its header says');
  const end = HEADER + length;
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(message.subarray(HEADER, end)));
  } catch (cause) {
    throw malformed('no JSON', cause);
  }
  // A plain Uint8Array even where the wire hands over a subclass such as Buffer, whose slices behave differently.
  return restore(value, new Uint8Array(message.buffer, message.byteOffset + end, message.length - end), 0);
}

/** Puts the bytes back where their placeholders are, in place. */
function restore(value: unknown, section: Uint8Array, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) throw malformed(`more than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (typeof value[i] === 'object') value[i] = restore(value[i], section, depth + 1);
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  if (Object.hasOwn(object, PLACEHOLDER)) return bytesAt(object[PLACEHOLDER], section);
  const keys = Object.keys(object);
  for (const key of keys) {
    const part = object[key];
    if (typeof part !== 'object' || part === null) continue;
    const restored = restore(part, section, depth + 1);
    if (restored !== part) object[key] = restored;
  }
  if (!keys.some((key) => ESCAPED.test(key))) return object;
  return Object.fromEntries(keys.map((key) => [ESCAPED.test(key) ? key.slice(1) : key, object[key]]));
}

function bytesAt(place: unknown, section: Uint8Array): Uint8Array {
  const [offset, length]: unknown[] = Array.isArray(place) ? place : [];
  if (!isSize(offset) || !isSize(length) || offset + length > section.length) {
    throw malformed('bytes outside of the message');
  }
  return section.subarray(offset, offset + length);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function malformed(what: string, cause?: unknown): CodecError {
  return new CodecError('malformed', `Malformed message: ${what}`, cause);
}
