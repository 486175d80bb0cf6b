/** Calls that may wait for their answer. A client of ours keeps further ones back; the server refuses them. */
export declare const MAX_CALLS = 256;
/** Streams that may be open: some dozens of consoles and every topic. Times `STREAM_BYTES` they fit what a wire may buffer. */
export declare const MAX_STREAMS = 128;
/** Events that may be under way to a client that has not asked for more: hides the way there and back for small events. */
export declare const STREAM_ITEMS = 256;
/** Bytes likewise: at 1 ms there and back still 256 MB/s, and little to wait for behind a console that floods. */
export declare const STREAM_BYTES: number;
/** Milliseconds for the hello, on both sides. Enough for a computer that swaps, short enough for somebody who waits. */
export declare const HELLO_MS = 10000;
/** Bytes of a hello: before it, a peer is nobody. */
export declare const MAX_HELLO: number;
/** Levels of arrays and objects in one message; the contract needs about eight. Walks recurse, so there has to be an end. */
export declare const MAX_DEPTH = 64;
