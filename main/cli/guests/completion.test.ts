/** Scripts for shells, run by those shells where they are installed. */
import { spawnSync } from 'node:child_process';
import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { completionFor, SHELLS } from './completion.ts';

const program = new Command('inn');
program
  .command('start')
  .argument('<names...>')
  .description("Start machines: it's quick")
  .option('-w, --wait <s>', 'wait')
  .addOption(new Option('--transport <kind>', 'how').choices(['pci', 'mmio']));
program.command('host').command('stop').description('End the host');
program.command('completion').addArgument(new Argument('<shell>').choices(SHELLS));

/** In place of the command: what it lists. */
const MACHINES = ['web', 'web for tests', 'böse; $(touch x)'];
const LIST = MACHINES.map((name) => `'${name}'`).join(' ');

const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

function run(shell: string, script: string): string {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', script], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

it.each(SHELLS)('the script for %s knows commands, options, and where it belongs', (shell) => {
  const script = completionFor(shell, program);
  for (const word of ['start', 'host', 'stop', 'wait', 'inn ls --quiet']) expect(script).toContain(word);
  expect(script).toContain(`inn completion ${shell}`);
});

describe.runIf(has('bash'))('bash', () => {
  /** What completes the last of these words, as they are typed. */
  const complete = (...words: string[]) =>
    run(
      'bash',
      `${completionFor('bash', program)}
       inn() { [[ "$*" == 'ls --quiet' ]] && printf '%s\\n' ${LIST}; }
       COMP_WORDS=(inn ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
       _inn
       printf '%s\\n' "\${COMPREPLY[@]}"`,
    )
      .split('\n')
      .filter((line) => line !== '');

  it.each<[string[], string[]]>([
    [['st'], ['start']],
    [
      ['host', ''],
      ['stop', '--help'],
    ],
    [['start', '--t'], ['--transport']],
    [
      ['start', '--transport', ''],
      ['pci', 'mmio'],
    ],
    [['completion', 'f'], ['fish']],
  ])('%j', (words, answers) => {
    expect(complete(...words)).toEqual(answers);
  });

  it('completes names of machines, with what the shell would take apart quoted', () => {
    expect(complete('start', 'we')).toEqual(['web', 'web\\ for\\ tests']);
    expect(complete('start', 'web\\ f')).toEqual(['web\\ for\\ tests']);
    const [hostile = ''] = complete('start', 'bö');
    expect(run('bash', `printf %s ${hostile}`)).toBe(MACHINES[2]);
  });

  it('leaves values that it does not know to the shell, which knows files', () => {
    expect(complete('start', '-w', '')).toEqual([]);
  });
});

describe.runIf(has('zsh'))('zsh', () => {
  it('finds no mistake in the script', () => {
    const { status, stderr } = spawnSync('zsh', ['-n'], { input: completionFor('zsh', program), encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe.runIf(has('fish'))('fish', () => {
  const complete = (line: string) =>
    run(
      'fish',
      `${completionFor('fish', program)}
       function inn; printf '%s\\n' ${LIST}; end
       complete -C ${JSON.stringify(line)}`,
    )
      .split('\n')
      .flatMap((row) => row.split('\t')[0] || []);

  it.each<[string, string[]]>([
    ['inn st', ['start']],
    ['inn host ', ['stop']],
    ['inn start --tr', ['--transport']],
    ['inn start --transport ', ['mmio', 'pci']],
    ['inn completion f', ['fish']],
    ['inn start we', ['web', 'web for tests']],
  ])('%s', (line, answers) => {
    expect(complete(line).toSorted()).toEqual(answers);
  });
});
