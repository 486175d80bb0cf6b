/** The table of everything that is measured. A row here, a workload in `programs/`: that is all a new figure needs. */

/** How a figure is obtained. */
export type Source =
  /** A bare-metal program, built with these settings and entered in M-mode. Work per CPU second between BEGIN and END. */
  | { from: 'bare'; harts: number; sv39: boolean }
  /** Two bare-metal runs, with one hart and with two. */
  | { from: 'bare-pair'; of: 'speed' | 'cost' }
  /** CPU seconds from the start of the process to the `@@UP` that /init prints. */
  | { from: 'boot'; kernel: 'stock' | 'small' }
  /** Memory of the process one second after `@@UP`. */
  | { from: 'memory'; of: 'now' | 'peak' }
  /** CPU time over wall time between BEGIN and END of a workload that waits. */
  | { from: 'idle' }
  /** `rate`: work per CPU second; `seconds`: CPU seconds of a fixed piece of work. `native`: the host can run it, too. */
  | { from: 'linux'; per: 'rate' | 'seconds'; native: boolean };

export interface Figure {
  name: string;
  unit: string;
  better: 'higher' | 'lower';
  /** What one unit of work is, and why it is measured. */
  meaning: string;
  source: Source;
  /** What Innkeeper is to reach: of the figure itself, or of its percentage of native. */
  goal?: { of: 'figure' | 'native'; bound: number };
}

type Goal = NonNullable<Figure['goal']>;
/** Of the figure itself. */
const at = (bound: number): Goal => ({ of: 'figure', bound });

const rate = (name: string, unit: string, goal: Goal, meaning: string): Figure => ({
  name,
  unit: `${unit}/CPU s`,
  better: 'higher',
  meaning,
  source: { from: 'linux', per: 'rate', native: true },
  goal,
});
const seconds = (name: string, goal: Goal, meaning: string): Figure => ({
  name,
  unit: 'CPU s',
  better: 'lower',
  meaning,
  source: { from: 'linux', per: 'seconds', native: false },
  goal,
});

/** Goals are what QEMU 10's TCG does on a 2-core AMD EPYC (Zen 4), or better, where nothing else is said. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'integer-sv39',
    unit: 'iterations/CPU s',
    better: 'higher',
    meaning: 'the integer kernel on the bare machine in S-mode with paging (Sv39, 4 KiB pages)',
    source: { from: 'bare', harts: 1, sv39: true },
    goal: { of: 'native', bound: 21 },
  },
  {
    name: 'integer-bare',
    unit: 'iterations/CPU s',
    better: 'higher',
    meaning: 'the same in M-mode without paging: the difference is what translation costs',
    source: { from: 'bare', harts: 1, sv39: false },
  },
  {
    name: 'two-harts',
    unit: 'x',
    better: 'higher',
    meaning: 'integer-sv39 on two harts at once: work per wall second over that of one hart (needs two free cores)',
    source: { from: 'bare-pair', of: 'speed' },
    goal: at(1.8),
  },
  {
    name: 'two-harts-cost',
    unit: 'x',
    better: 'lower',
    meaning: 'the same in CPU time per iteration, two harts over one: right on a busy host, too',
    source: { from: 'bare-pair', of: 'cost' },
  },
  {
    name: 'boot',
    unit: 'CPU s',
    better: 'lower',
    meaning: 'from starting the process to the first line of /init, stock Debian kernel',
    source: { from: 'boot', kernel: 'stock' },
    goal: at(2.84),
  },
  {
    name: 'boot-small',
    unit: 'CPU s',
    better: 'lower',
    meaning: 'the same with the small kernel',
    source: { from: 'boot', kernel: 'small' },
    goal: at(2),
  },
  {
    name: 'memory',
    unit: 'MB',
    better: 'lower',
    meaning: 'resident memory of the process after the boot of a 256 MB guest with the stock kernel',
    source: { from: 'memory', of: 'now' },
    goal: at(220),
  },
  {
    name: 'memory-peak',
    unit: 'MB',
    better: 'lower',
    meaning: 'the most it was until then',
    source: { from: 'memory', of: 'peak' },
  },
  rate('integer', 'iterations', { of: 'native', bound: 21 }, 'the integer kernel as a process'),
  rate('sort', 'elements', at(8.5e6), 'quicksort of 200,000 32-bit numbers: branches that cannot be foretold'),
  rate('nbody', 'steps', at(1e6), 'five attracting bodies: double-precision arithmetic'),
  rate('getppid', 'calls', at(1e6), 'the cheapest system call: entry to and return from the kernel'),
  rate('spawn', 'processes', at(260), 'fork, exec of a tiny program and wait: page tables, TLB flushes, new code'),
  rate('pagefaults', 'faults', at(85e3), 'first touch of a page: exception, page table, clearing'),
  seconds('sha', at(0.77), 'sha256sum (busybox) of 20 MiB: straight-line arithmetic'),
  seconds('gzip', at(0.93), 'gzip (busybox) of 4 MiB of text: table lookups and branches'),
  seconds('textsort', at(0.58), 'sort (busybox) of 4 MiB of text, and its md5sum: memory and string comparison'),
  {
    name: 'idle',
    unit: '% of a core',
    better: 'lower',
    meaning: 'CPU time over wall time for 12 s of a shell that waits for input',
    source: { from: 'idle' },
    goal: at(1.5),
  },
];
