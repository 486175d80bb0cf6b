import { spawn } from 'node:child_process';

/** Asks the desktop to show the address in the user's browser. False where nothing does that. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = commandFor(process.platform, url);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true, windowsHide: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

export function commandFor(platform: NodeJS.Platform, url: string): [string, ...string[]] {
  if (platform === 'darwin') return ['open', url];
  // `start` is part of a shell that would read `&`; this is not
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return ['xdg-open', url];
}
