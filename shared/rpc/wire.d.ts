/**
 * What a transport has to provide: whole messages of bytes, in order, both ways. Everything above it (frames, calls, streams,
 * limits) is the same on every wire, and a process between two wires can relay messages without looking into them.
 */
export interface Wire {
  /** Takes a message over; it is not changed afterwards. A closed wire drops it. */
  send(message: Uint8Array): void;
  /** One listener. Messages that come before there is one are kept. */
  onMessage(listener: (message: Uint8Array) => void): void;
  /** Called once, when the wire is closed from either side; `reason` says why where that is known. Also when it already was. */
  onClose(listener: (reason?: string) => void): void;
  close(): void;
}
/** Bytes of one message at most; a longer one closes the wire. */
export declare const MAX_MESSAGE: number;
