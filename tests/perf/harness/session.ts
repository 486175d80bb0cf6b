import { spawn } from 'node:child_process';
import { InnError } from '../../../shared/base/errors.ts';
import { lineReader, type Marker, parseMarker } from './markers.ts';
import { type Usage, usageOf } from './process-tree.ts';

/** What was true when a marker arrived. */
export interface Sample extends Usage {
  marker: Marker;
  /** Since the process was started. */
  wallSeconds: number;
}

export interface Command {
  program: string;
  args: readonly string[];
}

/** Console lines kept for the message when a session fails. */
const KEPT_LINES = 20;
/** How long a process may take to end after `@@DONE` before it is killed. */
const END_MS = 15_000;

/**
 * Runs an emulator until its program has printed `@@DONE`, with a sample for every marker. Input stays open and empty.
 * Throws `InnError` with the last console lines if it cannot be started, ends early or takes longer than `timeoutMs`.
 */
export function runSession(command: Command, timeoutMs: number): Promise<Sample[]> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command.program, command.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const samples: Sample[] = [];
    const tail: string[] = [];
    let failure: Error | undefined;
    const kill = () => child.kill('SIGKILL');
    let timer = setTimeout(() => {
      failure = sessionError(command, `has not finished after ${timeoutMs / 1000} s`, tail);
      kill();
    }, timeoutMs);

    const onLine = (line: string) => {
      tail.push(line);
      if (tail.length > KEPT_LINES) tail.shift();
      const marker = parseMarker(line);
      if (!marker || child.pid === undefined || failure) return;
      try {
        samples.push({ marker, wallSeconds: (performance.now() - started) / 1000, ...usageOf(child.pid) });
      } catch (cause) {
        failure = sessionError(command, `ended before "${line}" could be measured`, tail, cause);
        kill();
      }
      if (marker.kind === 'DONE') {
        clearTimeout(timer);
        timer = setTimeout(kill, END_MS);
      }
    };
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', lineReader(onLine));
    child.stderr.setEncoding('utf8').on(
      'data',
      lineReader((line) => tail.push(line)),
    );
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(sessionError(command, 'cannot be started', [], cause));
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      if (samples.at(-1)?.marker.kind === 'DONE') resolve(samples);
      else reject(failure ?? sessionError(command, `ended (status ${status}) before its program was done`, tail));
    });
  });
}

function sessionError(command: Command, what: string, tail: readonly string[], cause?: unknown): InnError {
  const last = tail.slice(-KEPT_LINES).join('\n    ');
  return new InnError(`${command.program} ${what}.${last ? ` It said:\n    ${last}` : ''}`, {
    code: 'bench-session-failed',
    nextStep: `Run it by hand: ${commandLine(command)}`,
    cause,
  });
}

/** The command as a user would type it. */
export function commandLine(command: Command): string {
  return [command.program, ...command.args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
