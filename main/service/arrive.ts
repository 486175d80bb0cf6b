/** Carries the table of `decision.ts` out: looks, decides, acts, and looks again where that came to nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InnError } from '../../shared/base/errors.ts';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import type { Access } from '../../shared/contract/method.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { startBackground } from './background.ts';
import { type Comer, DECISIONS } from './decision.ts';
import { lookAt, type Seen } from './folder-state.ts';
import type { HostFile } from './host-file.ts';
import { type Ownership, takeOwnership } from './ownership.ts';

export interface ArriveOptions {
  readonly version: string;
  readonly dataFolder: string;
  readonly guestFolder?: string | undefined;
  /** The file that the host's thread runs; tests have their own. */
  readonly worker?: URL | undefined;
  /** For the wire to an owner. */
  readonly access: Access;
  /** Milliseconds to wait for an owner that does not answer. */
  readonly patience?: number | undefined;
}

export type Arrival =
  | { readonly role: 'owner'; readonly ownership: Ownership }
  | { readonly role: 'attached'; readonly owner: HostFile; readonly wire: Wire }
  /** Only a background host: there is an owner already. */
  | { readonly role: 'superfluous' };

/** An owner comes up in well under a second, and goes down once its guests have shut down or been powered off. */
const PATIENCE = 30_000;
const LOOK_AGAIN_MS = 50;

export async function arrive(comer: Comer, options: ArriveOptions): Promise<Arrival> {
  const { dataFolder, access } = options;
  const deadline = Date.now() + (options.patience ?? PATIENCE);
  for (;;) {
    const seen = await lookAt(dataFolder, { kind: 'connect', access });
    switch (DECISIONS[seen.state][comer]) {
      case 'own': {
        const kind = comer === 'app' || comer === 'serve' ? comer : 'background';
        const { version, guestFolder, worker } = options;
        const ownership = await takeOwnership({ kind, version, dataFolder, guestFolder, worker });
        if (ownership) return { role: 'owner', ownership };
        break;
      }
      case 'start':
        if (await startBackground(options)) continue;
        break;
      case 'attach':
        if (seen.state === 'owned') return { role: 'attached', owner: seen.owner, wire: seen.wire };
        break;
      case 'leave':
        if (seen.state === 'owned') seen.wire.close();
        return { role: 'superfluous' };
      case 'mismatch':
        if (seen.state === 'mismatch') throw versionMismatch(seen.owner, options.version);
        break;
      case 'no-host':
        throw noHost(dataFolder);
      case 'wait':
        break;
    }
    if (Date.now() >= deadline) throw notAnswering(seen, dataFolder);
    await sleep(LOOK_AGAIN_MS);
  }
}

const KIND_NAMES = { app: 'the Innkeeper app', serve: '`inn serve`', background: 'a background host' } as const;

function versionMismatch(owner: HostFile, version: string): InnError {
  const restart = '`inn host restart` ends it and starts one of this version';
  return new InnError(
    `${capital(KIND_NAMES[owner.kind])} of Innkeeper ${owner.version} (protocol ${owner.protocol}) owns the data folder; ` +
      `this is Innkeeper ${version} (protocol ${PROTOCOL})`,
    {
      code: 'host-version-mismatch',
      nextStep:
        owner.kind === 'background'
          ? `Restart it: ${restart}. Guests that run are asked to shut down.`
          : `End ${KIND_NAMES[owner.kind]} (process ${owner.pid}) and start it in this version; or ${restart}.`,
      details: {
        host: { version: owner.version, protocol: owner.protocol, kind: owner.kind, pid: owner.pid },
        door: { version, protocol: PROTOCOL },
      },
    },
  );
}

function noHost(dataFolder: string): InnError {
  return new InnError(`No host of Innkeeper runs for ${dataFolder}, so no machine does`, {
    code: 'no-host',
    nextStep: 'Start a machine with `inn start NAME`, open the app, or run `inn serve`: each brings one up.',
  });
}

function notAnswering(seen: Seen, dataFolder: string): InnError {
  const owner = seen.state === 'busy' ? seen.owner : undefined;
  const who = owner ? `${KIND_NAMES[owner.kind]} (process ${owner.pid})` : 'another Innkeeper';
  return new InnError(`The data folder ${dataFolder} is held by ${who}, which does not answer`, {
    code: 'host-not-answering',
    nextStep: owner
      ? `Wait if it is shutting guests down; else end process ${owner.pid}. What is on disk stays as it is.`
      : 'Wait a moment; if that does not help, end other processes of Innkeeper. What is on disk stays as it is.',
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
