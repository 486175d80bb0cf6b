import { InnError } from '../../shared/base/errors.ts';

/** Asks the server that this page came from for a link that may only look. */
export async function makeViewOnlyLink(signal: AbortSignal): Promise<string> {
  const answer = await fetch('/links', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ access: 'read' }),
    signal,
  });
  const body = (await answer.json().catch(() => ({}))) as { url?: unknown; message?: unknown; nextStep?: unknown };
  if (answer.ok && typeof body.url === 'string') return new URL(body.url, window.location.href).href;
  throw new InnError(typeof body.message === 'string' ? body.message : 'The host made no link', {
    code: 'no-link',
    nextStep:
      typeof body.nextStep === 'string'
        ? body.nextStep
        : 'Open the window again by the address that `inn serve` prints.',
  });
}
