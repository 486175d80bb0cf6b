/** `inn serve`. */
import { InnError } from '../../shared/base/errors.ts';
import { bundledGuestFolder } from '../platform/resources.ts';
import { runServe } from '../serve/run.ts';
import type { ServeWords } from './program.ts';

const LAST_PORT = 65_535;

export function runServeCommand({ port, open = false, json = false }: ServeWords): Promise<number> {
  return runServe({ port: readPort(port), open, json, guestFolder: bundledGuestFolder() });
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= LAST_PORT) return Number(text);
  throw new InnError(`Not a TCP port: "${text}"`, { code: 'invalid-port', nextStep: 'Use --port 0 to 65535.' });
}
