import { promises as fs } from 'node:fs';
import { isInnError } from '../../../shared/base/errors.ts';
import { type Preferences, type PreferencesChange, preferences } from '../../../shared/contract/preferences.ts';
import { readVersioned, type VersionedFormat, writeVersioned } from '../files/versioned-json.ts';
import type { Notices } from '../notices/notices.ts';
import { Topic } from '../topic.ts';

const FORMAT: VersionedFormat<typeof preferences> = {
  what: 'preferences',
  version: 1,
  schema: preferences,
  migrations: {},
};

/** The user's preferences in one file. */
export class PreferencesStore {
  readonly #file: string;
  readonly #topic = new Topic<Preferences>();
  #current: Preferences;
  /** Changes one after the other: each builds on the one before. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: string, current: Preferences) {
    this.#file = file;
    this.#current = current;
  }

  /** A file that cannot be used is kept aside and said so in a notice; then the defaults count. */
  static async open(file: string, notices: Pick<Notices, 'add'>): Promise<PreferencesStore> {
    try {
      return new PreferencesStore(file, (await readVersioned(file, FORMAT)) ?? preferences.parse({}));
    } catch (error) {
      if (!isInnError(error)) throw error;
      notices.add({
        level: 'warning',
        code: 'preferences-set-aside',
        message: `The defaults count, for the preferences could not be used: ${error.message}`,
        nextStep: await setAside(file),
      });
      return new PreferencesStore(file, preferences.parse({}));
    }
  }

  get(): Preferences {
    return this.#current;
  }

  /** On the disk when it resolves. Fields that are not given stay. */
  set(change: PreferencesChange): Promise<Preferences> {
    const done = this.#last.then(() => this.#set(change));
    this.#last = done.catch(() => {});
    return done;
  }

  async #set(change: PreferencesChange): Promise<Preferences> {
    const next = merged(this.#current, change);
    await writeVersioned(this.#file, FORMAT, next);
    this.#current = next;
    this.#topic.publish(next);
    return next;
  }

  watch(signal: AbortSignal): AsyncIterable<Preferences> {
    return this.#topic.watch(signal, () => [this.#current]);
  }
}

function merged(current: Preferences, { console, newMachine, ...plain }: PreferencesChange): Preferences {
  return preferences.parse({
    ...current,
    ...given(plain),
    console: { ...current.console, ...given(console ?? {}) },
    newMachine: { ...current.newMachine, ...given(newMachine ?? {}) },
  });
}

/** Without the fields that are there but undefined: they would replace. */
function given(part: object): object {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}

/** Moves the file away, where nothing else is; returns what the user can do. */
async function setAside(file: string): Promise<string> {
  const aside = `${file}.unusable-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}`;
  try {
    await fs.rename(file, aside);
    return `The old file is kept as ${aside}: mend and put it back while Innkeeper is not running, or delete it.`;
  } catch (error) {
    return `It could not be moved aside (${(error as Error).message}) and will be replaced by the next change.`;
  }
}
