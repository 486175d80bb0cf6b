/** `inn logs`, `events`, `top`, `doctor`: what happens, and whether all is well. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { InnError, isInnError } from '../../../shared/base/errors.ts';
import { formatBytes } from '../../../shared/base/units.ts';
import type { EventOf } from '../../../shared/contract/contract.ts';
import type { LogEntry, Machine, Usage } from '../../../shared/contract/machine.ts';
import { EXIT_STATUS } from '../report.ts';
import type { Act, Door } from './door.ts';
import { findMachine } from './each.ts';
import { type Column, printable, tableOf } from './table.ts';
import { STATE_WORDS, timeWords } from './words.ts';

interface Json {
  readonly json?: boolean;
}

export function watchCommands(program: Command, act: Act): void {
  program
    .command('logs')
    .argument('<name>', 'a machine')
    .description('Show what happened to a machine (its consoles: `inn console`)')
    .option('-f, --follow', 'go on as more happens')
    .option('-n, --lines <n>', 'how many of the latest entries', '100')
    .option('--json', 'one JSON object per line')
    .addHelpText('after', '\nExamples:\n  inn logs web -n 20\n  inn logs web --follow')
    .action((name: string, words: Json & { follow?: boolean; lines: string }) =>
      act((door) => logs(door, name, words), words),
    );
  program
    .command('events')
    .description('Show changes of machines and operations as they happen, until Ctrl-C')
    .option('--json', 'one JSON object per line')
    .addHelpText('after', '\nExamples:\n  inn events\n  inn events --json | jq -r .machine.state')
    .action((words: Json) => act(events, words));
  program
    .command('top')
    .description('Show what running machines use, each second, until Ctrl-C')
    .option('--once', 'once, and end')
    .option('--json', 'one JSON array per second')
    .addHelpText('after', '\nExamples:\n  inn top\n  inn top --once')
    .action((words: Json & { once?: boolean }) => act((door) => top(door, words.once === true), words));
  program
    .command('doctor')
    .description('Check that Innkeeper has what it needs')
    .option(
      '--bundle <file>',
      'write a ZIP archive for a report: versions, checks and logs, nothing from inside guests',
    )
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nIts exit status is 1 where a check failed.\n\nExamples:\n  inn doctor\n  inn doctor --bundle report.zip',
    )
    .action((words: Json & { bundle?: string }) => act((door) => doctor(door, words.bundle), words));
}

function entryLine({ at, level, text }: LogEntry): string {
  return `${timeWords(at)}  ${level === 'info' ? '' : `${level}: `}${printable(text)}`;
}

async function logs(door: Door, name: string, words: { follow?: boolean; lines: string }): Promise<void> {
  const { client, output, signal } = door;
  const last = Number(words.lines);
  if (!Number.isInteger(last) || last < 1 || last > 10_000) {
    throw new InnError(`--lines takes 1 to 10000, not "${words.lines}"`, {
      code: 'usage',
      nextStep: 'Write for example -n 500.',
    });
  }
  const { id } = await findMachine(door, name);
  const print = (entries: readonly LogEntry[]) => {
    for (const entry of entries) output.line(output.json ? JSON.stringify(entry) : entryLine(entry));
  };
  if (!words.follow) {
    print(await client.call('machine.log', { id, limit: last }));
    return;
  }
  for await (const entries of client.stream('machine.watchLog', { id, last }, { signal })) print(entries);
}

async function events({ client, output, signal }: Door): Promise<void> {
  const print = (event: object, text: string) =>
    output.line(output.json ? JSON.stringify(event) : `${timeWords(Date.now())}  ${text}`);
  const states = new Map<string, Machine>();
  const onMachine = (event: EventOf<'machine.watch'>) => {
    if (event.kind === 'all') {
      for (const machine of event.machines) states.set(machine.id, machine);
    } else if (event.kind === 'removed') {
      print({ noun: 'machine', ...event }, `${printable(states.get(event.id)?.settings.name ?? event.id)}: removed`);
      states.delete(event.id);
    } else {
      const { machine } = event;
      const before = states.get(machine.id);
      states.set(machine.id, machine);
      const what =
        before === undefined ? 'created' : before.state === machine.state ? 'changed' : STATE_WORDS[machine.state];
      print({ noun: 'machine', ...event }, `${printable(machine.settings.name)}: ${what}`);
    }
  };
  const onOperation = (event: EventOf<'operation.watch'>) => {
    if (event.kind !== 'changed') return;
    const { kind, subject, status, step } = event.operation;
    print(
      { noun: 'operation', ...event },
      `${printable(subject)}: ${kind} ${status}${step === '' ? '' : `: ${printable(step)}`}`,
    );
  };
  await Promise.all([
    (async () => {
      for await (const event of client.stream('machine.watch', {}, { signal })) onMachine(event);
    })(),
    (async () => {
      for await (const event of client.stream('operation.watch', {}, { signal })) onOperation(event);
    })(),
  ]);
}

const CLEAR = '\x1b[H\x1b[2J';

async function top({ client, output, signal }: Door, once: boolean): Promise<void> {
  const leave = new AbortController();
  const until = AbortSignal.any([signal, leave.signal]);
  let status: EventOf<'host.status'> | undefined;
  const watching = (async () => {
    for await (const event of client.stream('host.status', {}, { signal: until })) status = event;
  })();
  const show = (samples: readonly Usage[], machines: readonly Machine[]) => {
    if (output.json) output.line(JSON.stringify(samples));
    else printTop(output, samples, new Map(machines.map((machine) => [machine.id, machine])), status, !once);
  };
  const machines = await client.call('machine.list', {});
  // While nothing runs nothing is measured, and nothing would come
  const idle = machines.every(({ active }) => active === null);
  if (idle) {
    show([], machines);
    output.say('No machine runs.\n');
  }
  if (!(idle && once)) {
    let replayed = false;
    for await (const samples of client.stream('machine.usage', {}, { signal: until })) {
      // First comes the last minute; what is now comes next
      if (!replayed && !isNow(samples)) {
        replayed = true;
        continue;
      }
      show(samples, await client.call('machine.list', {}));
      if (once) break;
    }
  }
  leave.abort();
  await watching;
}

function isNow(samples: readonly Usage[]): boolean {
  return new Set(samples.map(({ at }) => at)).size <= 1;
}

function printTop(
  output: Door['output'],
  samples: readonly Usage[],
  machines: ReadonlyMap<string, Machine>,
  status: EventOf<'host.status'> | undefined,
  live: boolean,
): void {
  const columns: readonly Column<Usage>[] = [
    { title: 'NAME', of: ({ id }) => machines.get(id)?.settings.name ?? id, shrinkTo: 12 },
    { title: 'STATE', of: ({ id }) => STATE_WORDS[machines.get(id)?.state ?? 'stopping'] },
    { title: 'CPU %', of: ({ cpu }) => (cpu * 100).toFixed(1), right: true },
    { title: 'CORES', of: ({ id }) => String(machines.get(id)?.active?.cores ?? ''), right: true },
    { title: 'MEMORY', of: ({ memory }) => formatBytes(memory), right: true },
  ];
  const rows = samples.toSorted((a, b) => b.cpu - a.cpu);
  const head = status
    ? [
        `Host CPU ${(status.cpu * 100).toFixed(0)} %, memory ${formatBytes(status.memoryPromised)} promised of ` +
          `${formatBytes(status.memoryTotal)}, ${status.running} running`,
        '',
      ]
    : [];
  const lines = [...head, ...tableOf(rows, columns, output.isTerminal ? output.columns : undefined)];
  output.raw(`${live && output.isTerminal ? CLEAR : ''}${lines.join('\n')}\n`);
}

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

async function doctor({ client, output }: Door, bundle: string | undefined): Promise<number> {
  const checks = await client.call('host.doctor', {});
  if (output.json) output.line(JSON.stringify(checks));
  else {
    for (const { status, title, text, nextStep } of checks) {
      output.line(`${MARKS[status]}  ${title}: ${printable(text)}`);
      if (nextStep !== null && status !== 'ok') output.line(`         ${printable(nextStep)}`);
    }
  }
  if (bundle !== undefined) {
    await writeBundle(client.stream('host.bundle', {}), bundle);
    output.say(`Wrote ${bundle}: look at it before you send it to anybody.\n`);
  }
  return checks.some(({ status }) => status === 'failed') ? EXIT_STATUS.failed : EXIT_STATUS.success;
}

async function writeBundle(chunks: AsyncIterable<Uint8Array>, file: string): Promise<void> {
  try {
    // An older archive is not overwritten: it may be the one that was to be kept
    await pipeline(chunks, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (cause) {
    if (isInnError(cause) || !(cause instanceof Error && 'code' in cause)) throw cause;
    throw new InnError(`${file} cannot be written: ${cause.code === 'EEXIST' ? 'it exists' : cause.message}`, {
      code: 'file-not-writable',
      nextStep: 'Name another file.',
      cause,
    });
  }
}
