/** The benchmark's end of `made-up.entry.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** `machine` is a place in the list. */
export type Question =
  /** A link for one more browser, and where the peers are. */
  | { readonly ask: 'where' }
  /** The first console of a machine, and the peer's, say so many lines. */
  | { readonly ask: 'history'; readonly machine: number; readonly lines: number }
  /** The first console of a machine says so many lines a second until `stop`. */
  | { readonly ask: 'pour'; readonly machine: number; readonly perSecond: number }
  | { readonly ask: 'stop'; readonly machine: number };

export interface Where {
  readonly link: string;
  readonly peers: string;
  /** Of the machines, in the order of the list. */
  readonly ids: readonly string[];
}

export type Answer = Where | null;

export interface MadeUp {
  where(): Promise<Where>;
  tell(what: Exclude<Question, { ask: 'where' }>): Promise<void>;
  end(): void;
}

export async function openMadeUp(machines: number): Promise<MadeUp> {
  const child = fork(path.join(import.meta.dirname, 'made-up.entry.ts'), [String(machines)]);
  const ended = once(child, 'exit').then(() => {
    throw new Error('The made-up host has ended');
  });
  // Whoever asks hears of it
  ended.catch(() => {});
  const reply = async (): Promise<Answer> => {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ result: Answer; error?: string }];
    if (message.error !== undefined) throw new Error(message.error);
    return message.result;
  };
  await reply();
  const ask = (question: Question): Promise<Answer> => {
    const answer = reply();
    child.send(question);
    return answer;
  };
  return {
    async where() {
      const where = await ask({ ask: 'where' });
      if (where === null) throw new Error('The made-up host does not say where it is');
      return where;
    },
    async tell(what) {
      await ask(what);
    },
    end: () => child.kill(),
  };
}
