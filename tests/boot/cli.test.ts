/** `inn` from creating a machine to deleting it, over a background host and a real guest. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostInfo } from '../../shared/contract/host.ts';
import type { Machine, TrashedMachine, Usage } from '../../shared/contract/machine.ts';
import { InnCommands } from '../fixtures/inn-command.ts';

const inn = new InnCommands();
const SMALL = ['--kernel', 'small', '--memory', '64M'];

beforeAll(async () => {
  expect((await inn.run(['create', 'web', ...SMALL, '--start'])).status).toBe(0);
});

afterAll(() => inn.dispose());

const stateOf = async (name: string) => (await inn.json<Machine>('show', name)).state;

describe('a machine that runs', () => {
  it('is listed', async () => {
    const { stdout } = await inn.run(['ls']);
    expect(stdout).toMatch(/^NAME +STATE +FOR +CORES +MEMORY +GROUP +ID$/m);
    expect(stdout).toMatch(/^web +running +\d+ \w+ +1 +64 MiB +\w{12}$/m);
    expect(await inn.json<Machine[]>('ls', '--running')).toHaveLength(1);
  });

  it('answers on its console', async () => {
    const { stdout, status } = await inn.run(['console', 'web'], 'uname -m; echo $((6*7))\n');
    expect(stdout).toContain('riscv64');
    expect(stdout).toMatch(/^42\r?$/m);
    expect(status).toBe(0);
    // What was said before is there for whoever comes later
    expect((await inn.run(['console', 'web'])).stdout).toContain('riscv64');
    expect((await inn.run(['console', 'web', '--no-history'])).stdout).not.toContain('riscv64');
  });

  it('stands still and goes on', async () => {
    expect(await inn.json<Machine[]>('pause', 'web')).toMatchObject([{ state: 'paused' }]);
    expect((await inn.run(['pause', 'web'])).status).toBe(5);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await inn.json<Machine[]>('resume', 'web')).toMatchObject([{ state: 'running' }]);
    // Its clock stood still, too, and is set soon after
    await expect
      .poll(async () => (await inn.run(['logs', 'web'])).stdout, { timeout: 20_000 })
      .toContain('The clock was set after the pause');
    const before = Date.now() / 1000;
    const { stdout } = await inn.run(['console', 'web', '--no-history'], 'echo "<$(date +%s)>"\n');
    const clock = Number(/<(\d+)>/.exec(stdout)?.[1]);
    expect(clock).toBeGreaterThan(before - 1.5);
    expect(clock).toBeLessThan(Date.now() / 1000 + 1.5);
  });

  it('gets new settings when it starts next, and says so', async () => {
    const { stderr, status } = await inn.run(['set', 'web', '--cores', '2']);
    expect(status).toBe(0);
    expect(stderr).toContain('Cores: 1 until it is restarted, then 2');
    expect((await inn.run(['show', 'web'])).stdout).toContain('Cores: 1 now, 2 after a restart');
  });

  it('is measured', async () => {
    const [sample] = await inn.json<Usage[]>('top', '--once');
    // It was given 64 MiB, and has written to some
    expect(sample?.memory).toBeGreaterThan(8 * 2 ** 20);
    expect(sample?.memory).toBeLessThan(64 * 2 ** 20);
  });

  it('cannot be deleted', async () => {
    const { status, stderr } = await inn.run(['rm', 'web']);
    expect(status).toBe(5);
    expect(stderr).toMatch(/^error wrong-state: .*running/);
  });

  it('shuts down when it is asked', async () => {
    expect(await inn.json<Machine[]>('stop', 'web')).toMatchObject([{ state: 'powered-off', active: null }]);
    const { stdout } = await inn.run(['logs', 'web']);
    expect(stdout).toContain('Started');
  });
});

describe('a machine that is off', () => {
  it('uses nothing, which `inn top` says at once', async () => {
    expect(await inn.json<Usage[]>('top', '--once')).toEqual([]);
    const { stdout, stderr, status } = await inn.run(['top', '--once']);
    expect(stdout).toMatch(/^NAME +STATE +CPU %/m);
    expect(stderr).toBe('No machine runs.\n');
    expect(status).toBe(0);
  });

  it('has no console to connect to', async () => {
    const { status, stderr } = await inn.run(['console', 'web']);
    expect(status).toBe(5);
    expect(stderr).toContain('inn start web');
  });

  it('is cloned, thrown away and brought back', async () => {
    const copy = await inn.json<Machine>('clone', 'web', 'copy');
    expect(copy.settings).toMatchObject({ name: 'copy', cores: 2 });
    expect((await inn.run(['rm', 'copy', 'nothing'])).status).toBe(4);
    expect(await inn.json<TrashedMachine[]>('trash')).toMatchObject([{ name: 'copy' }]);
    expect((await inn.run(['restore', 'copy'])).stdout).toBe('copy\n');
    expect(await stateOf('copy')).toBe('powered-off');
    await inn.run(['rm', 'copy']);
    expect((await inn.run(['trash', '--empty'])).status).toBe(0);
    expect(await inn.json<TrashedMachine[]>('trash')).toEqual([]);
  });

  it.each([
    [['create', 'web'], 2, 'name-taken'],
    [['create', 'x'.repeat(200)], 2, 'name'],
    [['create', 'big', '--memory', '900G'], 2, 'memory'],
    [['create', 'none', '--kernel', '/no/such/kernel'], 2, 'file-not-found'],
    [['create', 'many', '--cores', '99'], 2, 'A machine has 1 to 8 cores'],
    [['set', 'web', '--memory', '100.5M'], 2, 'The memory is a whole number of MiB'],
    [['restore', 'web'], 4, 'no machine "web" in the trash'],
    [['start', 'wbe'], 4, 'Did you mean "web"'],
    [['ls', '--colour'], 2, 'usage'],
  ])('%j ends with status %i', async (args, status, text) => {
    const result = await inn.run(args);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(text);
    expect(result.stderr).toMatch(/^error [a-z-]+: .+\n {2}.+\n$/);
  });

  it('whose kernel has gone says so when it is started, and is as it was', async () => {
    const kernel = path.join(inn.dataFolder, 'Image');
    writeFileSync(kernel, 'of the user');
    const { folder } = await inn.json<Machine>('create', 'lost', '--kernel', kernel);
    rmSync(path.join(folder, 'files', 'Image'));
    const { status, stderr } = await inn.run(['start', 'lost']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error own-file-missing: .*kernel has gone: .*Image\n {2}.+$/m);
    expect(await stateOf('lost')).toBe('powered-off');
    await inn.run(['rm', 'lost']);
  });

  it('may have any name that people can tell apart', async () => {
    for (const name of ['🚀 launch', 'مثال', '日本語の名前']) {
      expect((await inn.run(['create', name, ...SMALL])).status).toBe(0);
      expect((await inn.json<Machine>('show', name)).settings.name).toBe(name);
      await inn.run(['rm', name]);
    }
  });
});

describe('the host', () => {
  it('says who it is, passes its checks, and packs a report', async () => {
    expect(await inn.json<HostInfo>('host', 'status')).toMatchObject({
      kind: 'background',
      dataFolder: inn.dataFolder,
    });
    const bundle = path.join(inn.dataFolder, 'report.zip');
    const { status, stdout } = await inn.run(['doctor', '--bundle', bundle]);
    expect(stdout).toContain('WebAssembly');
    expect(status).toBe(0);
    expect(spawnSync('python3', ['-m', 'zipfile', '-t', bundle]).status).toBe(0);
    expect((await inn.run(['doctor', '--bundle', bundle])).stderr).toContain('it exists');
  });

  it('killed with a machine running, is replaced by one that tells what happened', async () => {
    await inn.run(['start', 'web']);
    const { pid } = await inn.json<HostInfo>('host', 'status');
    process.kill(pid, 'SIGKILL');
    const machine = await inn.json<Machine>('show', 'web');
    expect(machine.state).toBe('aborted');
    expect(machine.failure?.message).toContain('while this machine was running');
    expect(await inn.json<Machine[]>('discard', 'web')).toMatchObject([{ state: 'powered-off', failure: null }]);
  });

  it('ends and starts anew when it is told to, with what it was', async () => {
    const { pid } = await inn.json<HostInfo>('host', 'status');
    const next = await inn.json<HostInfo>('host', 'restart');
    expect(next.pid).not.toBe(pid);
    expect(await inn.json<HostInfo>('host', 'stop')).toMatchObject({ pid: next.pid });
    expect((await inn.run(['host', 'status'])).status).toBe(69);
  });

  it('sets a damaged machine aside and loads the others', async () => {
    const broken = await inn.json<Machine>('create', 'broken', ...SMALL);
    await inn.run(['host', 'stop']);
    const file = path.join(broken.folder, 'machine.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    const { stdout, stderr } = await inn.run(['ls']);
    expect(stdout).toContain('web');
    expect(stdout).not.toContain('broken');
    expect(stderr).toContain(broken.folder);
    expect(existsSync(broken.folder)).toBe(true);
  });
});
