/** Who may come in: links that are good once, and the sessions that they open. */
import { createHash, randomBytes } from 'node:crypto';
import type { Access } from '../../shared/contract/method.ts';

export interface Session {
  readonly access: Access;
  /** Calls `listener` when the session ends, unless the answer is called before. */
  onEnd(listener: () => void): () => void;
}

export interface Link {
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Links that were not used yet, and sessions. The oldest goes first: nobody needs so many. */
const MAX_LINKS = 64;
const MAX_SESSIONS = 64;
/** Milliseconds without use after which a session ends. */
const SESSION_MS = 24 * 3600_000;
const SECRET_BYTES = 32;

interface Live extends Session {
  readonly listeners: Set<() => void>;
  usedAt: number;
}

/**
 * Secrets are kept as their digests, and looked up by them: how long that takes says nothing about them, and a heap dump holds
 * none that is good.
 */
export class Sessions {
  readonly #links = new Map<string, { access: Access; expiresAt: number }>();
  readonly #sessions = new Map<string, Live>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A link that opens one session, once, within so many milliseconds. */
  issue(access: Access, milliseconds: number): Link {
    const token = newSecret();
    const expiresAt = this.#now() + milliseconds;
    this.#links.set(digest(token), { access, expiresAt });
    dropOldest(this.#links, MAX_LINKS, () => {});
    return { token, expiresAt };
  }

  /** The secret of a new session; undefined where the token is wrong, used or too old. */
  redeem(token: string): string | undefined {
    const key = digest(token);
    const link = this.#links.get(key);
    this.#links.delete(key);
    if (!link || link.expiresAt <= this.#now()) return undefined;
    const secret = newSecret();
    const listeners = new Set<() => void>();
    this.#sessions.set(digest(secret), {
      access: link.access,
      listeners,
      usedAt: this.#now(),
      onEnd: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    dropOldest(this.#sessions, MAX_SESSIONS, endAll);
    return secret;
  }

  find(secret: string): Session | undefined {
    const key = digest(secret);
    const session = this.#sessions.get(key);
    if (!session) return undefined;
    // One that has a connection is in use
    if (session.listeners.size === 0 && session.usedAt + SESSION_MS <= this.#now()) {
      this.#sessions.delete(key);
      return undefined;
    }
    session.usedAt = this.#now();
    return session;
  }

  end(secret: string): void {
    const key = digest(secret);
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    if (session) endAll(session);
  }
}

function endAll(session: Live): void {
  for (const listener of session.listeners) listener();
}

/** A map keeps the order in which things came in. */
function dropOldest<T>(map: Map<string, T>, limit: number, onDrop: (value: T) => void): void {
  for (const [key, value] of map) {
    if (map.size <= limit) return;
    map.delete(key);
    onDrop(value);
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
