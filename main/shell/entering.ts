/** Gets at the data folder's host, and has the user decide about what is in the way. */
import { type InnError, isInnError } from '../../shared/base/errors.ts';

export interface EnteringParts<E> {
  /** See `main/service/owner.ts`. */
  readonly enter: () => Promise<E>;
  /** Ends the owner of another version; its guests are asked to shut down. */
  readonly stopOther: () => Promise<unknown>;
  /** Answers the index of the button that the user chose. The last one gives up. */
  readonly ask: (error: InnError, buttons: readonly string[]) => Promise<number>;
}

/** Undefined where the user gave up. Throws what is a fault of ours. */
export async function enterOrAsk<E>({ enter, stopOther, ask }: EnteringParts<E>): Promise<E | undefined> {
  let problem: InnError | undefined;
  for (;;) {
    try {
      if (problem?.code === 'host-version-mismatch') await stopOther();
      return await enter();
    } catch (error) {
      if (!isInnError(error)) throw error;
      problem = error;
    }
    const again = problem.code === 'host-version-mismatch' ? 'Shut Down and Restart It' : 'Try Again';
    if ((await ask(problem, [again, 'Quit'])) !== 0) return undefined;
  }
}
