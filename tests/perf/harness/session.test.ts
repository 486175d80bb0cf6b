import { describe, expect, it } from 'vitest';
import { commandLine, runSession } from './session.ts';

const shell = (script: string) => ({ program: 'sh', args: ['-c', script] });

describe('runSession', () => {
  it('samples at every marker, with CPU time and memory growing', async () => {
    const burn = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
    const script = `echo hello; echo @@BEGIN x; ${burn}; echo @@END x work=3; echo @@DONE; sleep 0.2`;
    const samples = await runSession(shell(script), 30_000);
    expect(samples.map(({ marker }) => marker.kind)).toEqual(['BEGIN', 'END', 'DONE']);
    const [begin, end] = samples;
    expect((end?.cpuSeconds ?? 0) - (begin?.cpuSeconds ?? 0)).toBeGreaterThan(0);
    expect(end?.wallSeconds).toBeGreaterThan(begin?.wallSeconds ?? Number.POSITIVE_INFINITY);
    expect(begin?.rssBytes).toBeGreaterThan(0);
  });

  it('leaves input open and empty', async () => {
    await expect(
      runSession(shell('timeout 0.2 cat; echo "@@BEGIN $?"; echo @@DONE; sleep 0.2'), 30_000),
    ).resolves.toMatchObject([{ marker: { name: '124' } }, { marker: { kind: 'DONE' } }]);
  });

  it('tells the last console lines and the command when the program ends early', async () => {
    const failing = runSession(shell('echo Kernel panic; echo no memory >&2; exit 3'), 30_000);
    await expect(failing).rejects.toMatchObject({
      code: 'bench-session-failed',
      message: expect.stringMatching(/status 3[\s\S]*Kernel panic/),
      nextStep: expect.stringContaining("sh -c 'echo Kernel panic"),
    });
    await expect(failing).rejects.toThrow('no memory');
  });

  it('kills what takes too long', async () => {
    await expect(runSession(shell('echo booting; exec sleep 60'), 300)).rejects.toThrow(/after 0.3 s[\s\S]*booting/);
  });

  it('says when the program is not there', async () => {
    const command = { program: 'no-such-emulator', args: [] };
    await expect(runSession(command, 1000)).rejects.toThrow('no-such-emulator cannot be started');
  });
});

describe('commandLine', () => {
  it('quotes what a shell would take apart', () => {
    const command = { program: 'qemu', args: ['-append', 'console=ttyS0 quiet', "it's", '-m', '256'] };
    expect(commandLine(command)).toBe("qemu -append 'console=ttyS0 quiet' 'it'\\''s' -m 256");
  });
});
