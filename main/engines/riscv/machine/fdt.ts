/** Writes flattened device trees: Devicetree Specification 0.4, chapter 5, version 17 of the format. */

/**
 * A property: a string or list of strings (each ends in a zero byte), one 32-bit cell or a list of them, one 64-bit
 * number as two cells, bytes as they are, or `true` for a property that says all by being there.
 */
export type FdtValue = string | readonly string[] | number | readonly number[] | bigint | Uint8Array | true;

export interface FdtNode {
  /** With the unit address, such as `serial@10000000`. The root's is empty. */
  readonly name: string;
  readonly properties: Readonly<Record<string, FdtValue>>;
  readonly children: readonly FdtNode[];
}

/** A node; children that are `false` are left out, so that a condition can stand in a list. */
export function node(
  name: string,
  properties: Readonly<Record<string, FdtValue>>,
  children: readonly (FdtNode | false)[] = [],
): FdtNode {
  return { name, properties, children: children.filter((child) => child !== false) };
}

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_SIZE = 40;
/** One entry of zeros: no memory is reserved (section 5.3). */
const RESERVATIONS_SIZE = 16;
/** Section 5.4.1. */
const TOKEN = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

/** The tree as bytes. A name the specification does not allow is our own mistake and throws. */
export function writeFdt(root: FdtNode): Uint8Array {
  const structure = new Bytes();
  const strings = new Strings();
  writeNode(root, structure, strings, true);
  structure.u32(TOKEN.end);

  const structureAt = HEADER_SIZE + RESERVATIONS_SIZE;
  const stringsAt = structureAt + structure.length;
  const totalSize = roundUp(stringsAt + strings.bytes.length, 8);

  const out = new Uint8Array(totalSize);
  const header = [MAGIC, totalSize, structureAt, stringsAt, HEADER_SIZE, VERSION, LAST_COMPATIBLE_VERSION];
  // Section 5.2: then boot_cpuid_phys and the sizes of the strings and structure blocks.
  header.push(0, strings.bytes.length, structure.length);
  const view = new DataView(out.buffer);
  for (const [index, word] of header.entries()) view.setUint32(index * 4, word);
  out.set(structure.view(), structureAt);
  out.set(strings.bytes.view(), stringsAt);
  return out;
}

function writeNode(at: FdtNode, out: Bytes, strings: Strings, isRoot: boolean): void {
  // Section 2.2.1: a name of 1 to 31 characters and, after an @, the unit address.
  if (isRoot ? at.name !== '' : !/^[0-9A-Za-z,._+-]{1,31}(@[0-9A-Za-z,._+-]+)?$/.test(at.name)) {
    throw new Error(`Not a device tree node name: "${at.name}"`);
  }
  out.u32(TOKEN.beginNode);
  out.text(at.name);
  out.align4();
  for (const [name, value] of Object.entries(at.properties)) {
    // Section 2.2.4.1.
    if (!/^[0-9A-Za-z,._+?#-]{1,31}$/.test(name)) throw new Error(`Not a device tree property name: "${name}"`);
    const bytes = encodeValue(value);
    out.u32(TOKEN.property);
    out.u32(bytes.length);
    out.u32(strings.offsetOf(name));
    out.raw(bytes);
    out.align4();
  }
  const names = new Set<string>();
  for (const child of at.children) {
    if (names.has(child.name)) throw new Error(`Two device tree nodes "${child.name}" in "${at.name}"`);
    names.add(child.name);
    writeNode(child, out, strings, false);
  }
  out.u32(TOKEN.endNode);
}

function encodeValue(value: FdtValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const out = new Bytes();
  if (typeof value === 'bigint') {
    out.u32(Number((value >> 32n) & 0xffff_ffffn));
    out.u32(Number(value & 0xffff_ffffn));
  } else if (typeof value === 'string') out.text(value);
  else if (typeof value === 'number') out.u32(value);
  else if (value !== true) for (const item of value) typeof item === 'string' ? out.text(item) : out.u32(item);
  return out.view();
}

/** The strings block: each property name once (section 5.5). */
class Strings {
  readonly bytes = new Bytes();
  readonly #offsets = new Map<string, number>();

  offsetOf(name: string): number {
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = this.bytes.length;
      this.bytes.text(name);
      this.#offsets.set(name, offset);
    }
    return offset;
  }
}

/** A growing run of bytes; numbers are big-endian. */
class Bytes {
  #buffer = new Uint8Array(256);
  length = 0;

  u32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new Error(`Not a 32-bit cell: ${value}`);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setUint32(this.length, value);
    this.length += 4;
  }

  /** UTF-8 with a zero byte at its end. */
  text(value: string): void {
    // Percent-encoding is UTF-8: the one encoder that a layer without the DOM's and Node's types has.
    const encoded = encodeURIComponent(value.toWellFormed());
    const bytes: number[] = [];
    for (let i = 0; i < encoded.length; i++) {
      const escaped = encoded[i] === '%';
      bytes.push(escaped ? Number.parseInt(encoded.slice(i + 1, i + 3), 16) : encoded.charCodeAt(i));
      if (escaped) i += 2;
    }
    if (bytes.includes(0)) throw new Error('A zero character in a device tree string');
    this.raw(Uint8Array.from([...bytes, 0]));
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  align4(): void {
    this.#reserve(3);
    this.length = roundUp(this.length, 4);
  }

  view(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * (this.length + count));
    larger.set(this.view());
    this.#buffer = larger;
  }
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
