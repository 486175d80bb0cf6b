/** On which port of loopback. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InnError } from '../../shared/base/errors.ts';

export const DEFAULT_PORT = 7420;
/** Ports that are tried from the default one on before any will do. */
const NEIGHBOURS = 20;
const LOOPBACK = '127.0.0.1';

/**
 * Listens on `port`; 0 is any that is free. Without one on the default port or the next that is free. Answers the port. Throws
 * `port-in-use` or `port-refused` for one that was asked for.
 */
export async function listenOn(server: Server, port: number | undefined): Promise<number> {
  if (port !== undefined) {
    try {
      return await listen(server, port);
    } catch (error) {
      throw explain(error as NodeJS.ErrnoException, port);
    }
  }
  for (let next = DEFAULT_PORT; next < DEFAULT_PORT + NEIGHBOURS; next++) {
    try {
      return await listen(server, next);
    } catch (error) {
      if (!isTaken(error as NodeJS.ErrnoException)) throw error;
    }
  }
  return listen(server, 0);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Windows answers EACCES for ports that it keeps for others. */
function isTaken(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EADDRINUSE' || error.code === 'EACCES';
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new InnError(`Port ${port} is in use by another program`, {
      code: 'port-in-use',
      nextStep: 'Name another with --port; 0 takes any that is free, and without --port Innkeeper finds one itself.',
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new InnError(`Port ${port} may not be used by you`, {
      code: 'port-refused',
      nextStep: 'Name one from 1024 on with --port; 0 takes any that is free.',
      cause: error,
    });
  }
  return error;
}
