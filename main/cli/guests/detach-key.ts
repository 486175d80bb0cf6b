/** Ctrl-] in what is typed: alone it leaves the console; twice it is sent to the guest once. */

const KEY = 0x1d;

export class DetachKey {
  /**
   * Hands on what is for the guest, in order. True when the user wants to leave: a Ctrl-] that no second one follows in what
   * was typed at once. (Nobody types two within one read of a terminal: whoever wants to send one presses the key and holds it.)
   */
  feed(typed: Uint8Array, send: (bytes: Uint8Array) => void): boolean {
    let from = 0;
    for (let at = typed.indexOf(KEY); at !== -1; at = typed.indexOf(KEY, at + 2)) {
      const doubled = typed[at + 1] === KEY;
      const piece = typed.slice(from, doubled ? at + 1 : at);
      if (piece.length > 0) send(piece);
      if (!doubled) return true;
      from = at + 2;
    }
    if (from < typed.length) send(typed.slice(from));
    return false;
  }
}
