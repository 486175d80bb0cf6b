/** Who owns the data folder, as somebody sees who comes to it. */
import { existsSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { streamWire } from '../wires/stream-wire.ts';
import { type Answer, type Ask, encodeGreeting, parseAnswer, splitFirst } from './greeting.ts';
import { filesOf, type HostFile, readHostFile } from './host-file.ts';
import { isLocked } from './lock.ts';

export type Seen =
  /** Nobody does. Files of an owner that was killed may lie about; they do not matter. */
  | { readonly state: 'free' }
  /** Somebody does who does not answer: it is coming up or going down, or it hangs. */
  | { readonly state: 'busy'; readonly owner: HostFile | undefined }
  /** `wire` is open, and the owner has let us in. */
  | { readonly state: 'owned'; readonly owner: HostFile; readonly wire: Wire }
  /** The owner answers, but speaks another protocol. */
  | { readonly state: 'mismatch'; readonly owner: HostFile };
export type FolderState = Seen['state'];

/** Milliseconds for the owner to answer. */
const ANSWER_MS = 5000;

/** Looks, and where somebody owns the folder who can be talked to comes in with `ask`. */
export async function lookAt(dataFolder: string, ask: Ask): Promise<Seen> {
  const owner = await readHostFile(dataFolder);
  if (owner) {
    const greeted = await greet(owner, ask);
    if (greeted?.answer.ok) {
      if (owner.protocol === PROTOCOL) return { state: 'owned', owner, wire: greeted.wire };
      greeted.wire.close();
      return { state: 'mismatch', owner };
    }
  }
  const { lock } = filesOf(dataFolder);
  return existsSync(lock) && isLocked(lock) ? { state: 'busy', owner } : { state: 'free' };
}

/** Undefined where nobody answers. The wire is open if the answer is `ok`. */
export async function greet(owner: HostFile, ask: Ask): Promise<{ answer: Answer; wire: Wire } | undefined> {
  const wire = streamWire(connectSocket(owner.socket));
  const { first, rest } = splitFirst(wire, ANSWER_MS);
  wire.send(encodeGreeting({ innkeeper: 1, token: owner.token, ask }));
  const message = await first;
  const answer = message && parseAnswer(message);
  if (!answer?.ok) wire.close();
  return answer && { answer, wire: rest };
}
