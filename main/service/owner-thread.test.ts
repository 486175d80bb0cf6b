/** What the thread around a host does while the host's own cannot. How long its turns take: `npm run bench:owner`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '../../shared/rpc/client.ts';
import { lookAt } from './folder-state.ts';
import { type Entry, enter } from './owner.ts';

const worker = new URL('../../tests/fixtures/fake-host.worker.ts', import.meta.url);

let dataFolder: string;
let entry: Entry;
beforeEach(async () => {
  dataFolder = mkdtempSync(path.join(tmpdir(), 'inn-owner-'));
  entry = await enter({ kind: 'app', version: '1.0.0', dataFolder, worker });
});
afterEach(async () => {
  await entry.release('power-off');
  rmSync(dataFolder, { recursive: true, force: true });
});

it('lets others in while the host is busy; the host answers them afterwards', async () => {
  const client = await connect(await entry.connect('write'), { version: '1.0.0', access: 'write' });
  const busy = client.call('host.doctor', {});

  const seen = await lookAt(dataFolder, { kind: 'connect', access: 'read' });
  if (seen.state !== 'owned') throw new Error(`The owner did not answer: ${seen.state}`);
  const other = connect(seen.wire, { version: '1.0.0', access: 'read' });

  // The host comes back only now
  writeFileSync(path.join(dataFolder, 'go'), '');
  expect(await busy).toEqual([]);
  expect(await (await other).call('host.notices', {})).toEqual([]);
  (await other).close();
  client.close();
});
