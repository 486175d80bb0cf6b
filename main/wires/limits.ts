import { MiB } from '../../shared/base/units.ts';

/**
 * Bytes that may wait for a peer that does not take them; then the wire closes. More than all streams of a connection together
 * may have under way (32 MiB, see shared/rpc/limits.ts), so only a peer that keeps asking and never reads gets there.
 */
export const MAX_UNSENT = 64 * MiB;
/** Milliseconds that a closed wire has for what was sent before. */
export const LINGER_MS = 2000;

export const TOO_LARGE = 'a message was too large';
export const PEER_STALLED = 'the other side does not read what it is sent';
