/** Sixteen consoles that flood, through this thread to another process: by the product's relay, and by as little as can be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { enter } from '../../../main/service/owner.ts';
import { MiB } from '../../../shared/base/units.ts';
import { visit } from '../../fixtures/visitor.ts';
import { turnsWhile } from './turns.ts';

const HOST = new URL('../../fixtures/fake-host.worker.ts', import.meta.url);
/** Says in one thread what the sixteen consoles of `HOST` say: 32 KiB each, every 5 ms. */
const BARE_HOST = `
  const { parentPort } = require('node:worker_threads');
  setInterval(() => {
    for (let console = 0; console < 16; console++) parentPort.postMessage(new Uint8Array(32 * 1024).fill(120));
  }, 5);
`;
/** Takes what a socket says for two seconds, as the visitor does; says how many bytes that were. */
const BARE_READER = `
  let bytes = 0;
  const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
  socket.on('data', (data) => { bytes += data.length; });
  setTimeout(() => { console.log(bytes); process.exit(); }, 2000);
`;

/** Of one round. */
export interface Sample {
  /** Milliseconds. */
  readonly longest: number;
  /** Milliseconds that one turn in a hundred takes longer than. */
  readonly percentile99: number;
  /** MiB in a second. */
  readonly throughput: number;
}

export type Side = () => Promise<Sample>;

export async function ours(): Promise<Sample> {
  const dataFolder = mkdtempSync(path.join(tmpdir(), 'inn-owner-'));
  const entry = await enter({ kind: 'app', version: '1.0.0', dataFolder, worker: HOST });
  try {
    const reader = visit(dataFolder, 'reader');
    const sample = await sampleOf(
      reader.next().then(({ bytes, error }) => {
        if (bytes === undefined) throw new Error(`Nobody read: ${error}`);
        return bytes;
      }),
    );
    await reader.exited;
    return sample;
  } finally {
    await entry.release('power-off');
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** A thread's messages written to a socket: no frames, no credit, nothing that is bounded. */
export async function bare(): Promise<Sample> {
  const host = new Worker(BARE_HOST, { eval: true });
  const server = createServer((socket) => {
    host.on('message', (bytes: Uint8Array) => {
      if (socket.writable) socket.write(bytes);
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server without a port');
  const reader = spawn(process.execPath, ['-e', BARE_READER, String(address.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    return await sampleOf(once(reader.stdout, 'data').then(([said]) => Number(String(said))));
  } finally {
    reader.kill();
    server.close();
    await host.terminate();
  }
}

/** `read` resolves to the bytes that arrived. */
async function sampleOf(read: Promise<number>): Promise<Sample> {
  const began = performance.now();
  const turns = await turnsWhile(read);
  const seconds = (performance.now() - began) / 1000;
  const [longest] = turns;
  const percentile99 = turns[Math.floor(turns.length / 100)];
  if (longest === undefined || percentile99 === undefined) throw new Error('There was nothing to do');
  return { longest, percentile99, throughput: (await read) / MiB / seconds };
}
