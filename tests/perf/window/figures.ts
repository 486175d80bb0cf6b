/** What the window is measured by. */

/** What is done to find figures out, all of one in one page. */
export const SCENES = ['start', 'start-500', 'list', 'history', 'flood'] as const;
export type Scene = (typeof SCENES)[number];

export interface Figure {
  readonly name: string;
  readonly scene: Scene;
  readonly unit: 'ms' | '1/s';
  readonly better: 'lower' | 'higher';
  /** In `unit`. */
  readonly goal?: number;
  readonly about: string;
}

/** A second has 60 frames; what a clock of a shared machine shakes off is not held against a list. */
const FRAMES_GOAL = 59;

export const FIGURES: readonly Figure[] = [
  {
    name: 'start',
    scene: 'start',
    unit: 'ms',
    better: 'lower',
    goal: 1000,
    about: 'link followed to "Try Linux" usable; `inn serve` without machines, nothing in the browser’s cache',
  },
  {
    name: 'start-500',
    scene: 'start-500',
    unit: 'ms',
    better: 'lower',
    goal: 1000,
    about: 'the same with 500 machines, to the first row; the peer is a page with a plain list',
  },
  {
    name: 'scroll',
    scene: 'list',
    unit: '1/s',
    better: 'higher',
    goal: FRAMES_GOAL,
    about: 'frames while 500 machines are scrolled by 4000 pixels a second; the peer has all rows in the page',
  },
  {
    name: 'scroll-worst',
    scene: 'list',
    unit: 'ms',
    better: 'lower',
    about: 'longest time between two frames meanwhile',
  },
  {
    name: 'filter',
    scene: 'list',
    unit: 'ms',
    better: 'lower',
    goal: 16,
    about: 'key in the search field to the list at rest, laid out; median of the keys',
  },
  {
    name: 'filter-worst',
    scene: 'list',
    unit: 'ms',
    better: 'lower',
    goal: 16,
    about: 'the slowest of the keys',
  },
  {
    name: 'history',
    scene: 'history',
    unit: 'ms',
    better: 'lower',
    goal: 200,
    about:
      'Consoles tab clicked to the last of 10,000 lines seen, first terminal of the page; the peer is bare xterm.js',
  },
  {
    name: 'history-next',
    scene: 'history',
    unit: 'ms',
    better: 'lower',
    goal: 200,
    about: 'the same on another machine in the same page',
  },
  {
    name: 'echo',
    scene: 'flood',
    unit: 'ms',
    better: 'lower',
    goal: 100,
    about: 'key to its echo seen while the guest prints 10,000 lines a second; median of the keys',
  },
  { name: 'echo-worst', scene: 'flood', unit: 'ms', better: 'lower', goal: 100, about: 'the slowest of the keys' },
  {
    name: 'flood',
    scene: 'flood',
    unit: '1/s',
    better: 'higher',
    goal: 9500,
    about: 'lines that came meanwhile: less means that the window held the guest back',
  },
];
