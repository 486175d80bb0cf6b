/** What the window says, and keeps, where something broke: the host under it, a file on the disk. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inEachDoor } from './doors.ts';
import { ask, create, folderOf, openTab, powerOff, prompt, row, sees, terminal } from './user.ts';

const INN = fileURLToPath(new URL('../../main/cli/inn.entry.ts', import.meta.url));

/** A host in a process of its own, which doors attach to. It runs for as long as somebody is there. */
function startHost(dataFolder: string): void {
  const env = { ...process.env, INN_HOME: dataFolder, INN_HOST_IDLE: '60' };
  const { status, stderr } = spawnSync(process.execPath, [INN, 'create', 'kept'], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`inn create: ${stderr}`);
}

inEachDoor((door) => {
  it('the host is killed: the window says so, finds the next one, and keeps what it had', async () => {
    const page = await door().window();
    await row(page, 'kept').waitFor();
    await create(page, { name: 'killed', start: true });
    await prompt(page, 'killed');
    await ask(page, 'killed', 'echo before the $((1))st kill', 'before the 1st kill');

    // What it said is on the disk a moment later
    const said = () => readFileSync(path.join(folderOf(page, door().dataFolder), 'consoles/hvc0.log'), 'utf8');
    await expect.poll(said).toContain('before the 1st kill');
    const { pid } = JSON.parse(readFileSync(path.join(door().dataFolder, 'host.json'), 'utf8')) as { pid: number };
    const lost = page.getByText('The connection to the host is lost').waitFor();
    process.kill(pid, 'SIGKILL');
    await lost;
    await page.getByText('The connection to the host is lost').waitFor({ state: 'detached' });
    await sees(page, 'killed', 'Aborted');
    await terminal(page, 'killed').getByText('before the 1st kill', { exact: true }).waitFor();
    await row(page, 'kept').waitFor();

    await openTab(page, 'Details');
    const ways = page.getByRole('region', { name: 'How the last run failed' });
    await ways.getByText('Its settings and files are as they were.').waitFor();
    await ways.getByRole('button', { name: 'Start again' }).click();
    await sees(page, 'killed', 'Running');
    await powerOff(page, 'killed');
  });
}, startHost);

inEachDoor(
  (door) => {
    it('a damaged machine is set aside and told of; the others are there', async () => {
      const page = await door().window();
      const notice = page.getByRole('main').getByText(/is damaged and does not hold/);
      await notice.waitFor();
      await page.getByRole('main').getByText(/kept/).first().waitFor();
      await create(page, { name: 'sound' });
      expect(await row(page, 'broken').count()).toBe(0);
      await page.getByRole('button', { name: 'Dismiss' }).first().click();
      await notice.waitFor({ state: 'detached' });
      await page.reload();
      await row(page, 'sound').waitFor();
      expect(await notice.count()).toBe(0);
      const folder = path.join(door().dataFolder, 'machines/brokenbroken');
      expect(readdirSync(folder).filter((name) => name.startsWith('machine.json.damaged-'))).toHaveLength(1);
    });
  },
  (dataFolder) => {
    const folder = path.join(dataFolder, 'machines/brokenbroken');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'machine.json'), '{ "version": 1, "name": "bro');
  },
);
