/** `inn serve`: the window for a browser on this computer. */
import { productVersion } from '../platform/version.ts';
import { releaseOnSignals } from '../service/signals.ts';
import { readAssets, windowFolder } from './assets.ts';
import { openHostLink } from './host-link.ts';
import { openBrowser } from './open-browser.ts';
import { openServer } from './server.ts';

export interface ServeRun {
  /** 0 for any that is free; without one the default or the next that is free. */
  readonly port?: number | undefined;
  /** Opens the user's browser. */
  readonly open: boolean;
  /** Writes addresses as `{"url":...}`, one per line. */
  readonly json?: boolean;
  /** See `HostSetup`. */
  readonly guestFolder?: string | undefined;
  /** The file that the host's thread runs; tests have their own. */
  readonly worker?: URL | undefined;
}

/** Minutes for which an address is good that the terminal shows. */
const ADDRESS_MINUTES = 15;

/**
 * Serves until a signal, or until somebody asks the host to end. Writes an address to stdout, and another one each time that
 * Enter is pressed. Resolves with the exit status; throws an `InnError` for what the user can mend.
 */
export async function runServe(options: ServeRun): Promise<number> {
  const version = productVersion();
  const assets = await readAssets(windowFolder());
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const { guestFolder, worker } = options;
  const host = await openHostLink({
    kind: 'serve',
    version,
    guestFolder,
    worker,
    onChange: (role) =>
      say(
        role === 'owner'
          ? 'The host ended; this process is the host now.'
          : 'The host ended; attached to the next one.',
      ),
  });
  const server = await openServer({
    port: options.port,
    version,
    assets,
    connect: (access) => host.connect(access),
    onBug: (error) =>
      say(`A bug in Innkeeper: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  }).catch(async (error: unknown) => {
    await host.release('shut-down');
    throw error;
  });

  const address = () => server.link('write', ADDRESS_MINUTES).url;
  const show = (url: string) => process.stdout.write(options.json ? `${JSON.stringify({ url })}\n` : `\n  ${url}\n\n`);
  const first = address();
  show(first);
  const another = process.stdin.isTTY ? 'Enter writes another one, Ctrl-C ends.' : 'Ctrl-C ends.';
  say(
    `Open this address in a browser on this computer. It lets in one browser, within ${ADDRESS_MINUTES} minutes. ${another}`,
  );
  if (host.role === 'attached') say('The host runs in another process: machines go on when this one ends.');
  if (options.open && !(await openBrowser(first)))
    say('No browser could be opened here: please open the address yourself.');

  const onEnter = () => show(address());
  if (process.stdin.isTTY) process.stdin.on('data', onEnter);
  releaseOnSignals(host, (count) => {
    const running = host.running();
    if (running > 0 && count === 1)
      say(`Asking ${running === 1 ? 'one guest' : `${running} guests`} to shut down; Ctrl-C again powers off.`);
  });
  try {
    await host.ended;
    return 0;
  } finally {
    process.stdin.off('data', onEnter);
    process.stdin.pause();
    await server.close();
  }
}
