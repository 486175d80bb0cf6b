/** Bounds of one connection: what a door, hostile or just too fast, may cost the host. */
import { KiB } from '../base/units.ts';

/** Calls that may wait for their answer. A client of ours keeps further ones back; the server refuses them. */
export const MAX_CALLS = 256;
/** Streams that may be open: some dozens of consoles and every topic. Times `STREAM_BYTES` they fit what a wire may buffer. */
export const MAX_STREAMS = 128;

/** Events that may be under way to a client that has not asked for more: hides the way there and back for small events. */
export const STREAM_ITEMS = 256;
/** Bytes likewise: at 1 ms there and back still 256 MB/s, and little to wait for behind a console that floods. */
export const STREAM_BYTES = 256 * KiB;

/** Milliseconds for the hello, on both sides. Enough for a computer that swaps, short enough for somebody who waits. */
export const HELLO_MS = 10_000;
/** Bytes of a hello: before it, a peer is nobody. */
export const MAX_HELLO = 16 * KiB;

/** Levels of arrays and objects in one message; the contract needs about eight. Walks recurse, so there has to be an end. */
export const MAX_DEPTH = 64;
