import type { Check, HostInfo, Notice } from '../../../shared/contract/host.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { checkClock, checkCpus, checkMemory, checkWebAssembly, runtimeVersions } from './computer.ts';
import { checkDisk, checkLeftovers, checkToken, checkWritable } from './data-folder.ts';
import { type CheckSpec, type Finding, ok, runCheck, warning } from './report.ts';

export interface DoctorFacts {
  readonly dataFolder: string;
  /** Innkeeper's. */
  readonly version: string;
  readonly kind: HostInfo['kind'];
  machines(): readonly Machine[];
  notices(): readonly Notice[];
  /** The guests that are built. */
  readyKernels(): Promise<readonly string[]>;
}

/** Looks at everything that may keep machines from running well, worst first. Takes up to ten seconds where a disk hangs. */
export async function runChecks(facts: DoctorFacts): Promise<Check[]> {
  const checks = await Promise.all(checksOf(facts).map((spec) => runCheck(spec)));
  const order = ['failed', 'warning', 'ok'];
  return checks.sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
}

function checksOf(facts: DoctorFacts): CheckSpec[] {
  const { dataFolder } = facts;
  return [
    {
      id: 'version',
      title: 'Version',
      run: () => ok(`Innkeeper ${facts.version} (${facts.kind}), ${runtimeVersions()}`),
    },
    { id: 'data-folder', title: 'Data folder', run: () => checkWritable(dataFolder) },
    { id: 'disk', title: 'Disk', run: () => checkDisk(dataFolder) },
    { id: 'memory', title: 'Memory', run: () => checkMemory() },
    { id: 'cpus', title: 'CPUs', run: () => checkCpus() },
    { id: 'webassembly', title: 'WebAssembly', run: () => checkWebAssembly() },
    { id: 'clock', title: 'Clock', run: () => checkClock(facts.machines().map(({ createdAt }) => createdAt)) },
    { id: 'guests', title: 'Linux guests', run: async () => checkGuests(await facts.readyKernels()) },
    { id: 'machines', title: 'Machines', run: () => checkMachines(facts.machines()) },
    { id: 'notices', title: 'Notices', run: () => checkNotices(facts.notices()) },
    { id: 'access', title: 'Access', run: () => checkToken(dataFolder) },
    { id: 'leftovers', title: 'Leftovers', run: () => checkLeftovers(dataFolder) },
  ];
}

function checkGuests(ready: readonly string[]): Finding {
  if (ready.length > 0) return ok(`Ready to start: ${ready.join(', ')}`);
  return warning(
    'None is built yet: the first start of a Linux machine takes minutes and needs a network',
    'Start one while there is a network.',
  );
}

function checkMachines(machines: readonly Machine[]): Finding {
  const running = machines.filter(({ active }) => active !== null).length;
  const aborted = machines.filter(({ state }) => state === 'aborted').map(({ settings }) => settings.name);
  const text = `${machines.length} in all, ${running} of them running`;
  if (aborted.length === 0) return ok(text);
  return warning(
    `${text}; aborted: ${aborted.join(', ')}`,
    'Their logs say why; Discard or Start takes them out of it.',
  );
}

/** What was damaged or set aside on the way up is said in notices. */
function checkNotices(notices: readonly Notice[]): Finding {
  const [first] = notices;
  if (!first) return ok('None');
  const more = notices.length > 1 ? `, and ${notices.length - 1} more` : '';
  return warning(`${first.message}${more}`, first.nextStep);
}
