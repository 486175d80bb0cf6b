/** What is done in the browser, ours and the peer's. Each answers values by figure. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ask, follow } from '../../fixtures/browser-like.ts';
import type { Served } from '../../fixtures/served.ts';
import { median } from '../harness/statistics.ts';
import type { Scene } from './figures.ts';
import type { MadeUp } from './made-up.ts';
import type { Options } from './options.ts';

export interface Stage {
  readonly browser: Browser;
  readonly madeUp: MadeUp;
  /** Of the real host; the window that asked first, by its cookie. */
  readonly served: { readonly port: number; readonly cookie: string };
  readonly options: Options;
}

export type Values = Readonly<Record<string, number>>;

export interface SceneSides {
  ours(stage: Stage): Promise<Values>;
  peer?(stage: Stage): Promise<Values>;
}

const PROBES = readFileSync(path.join(import.meta.dirname, 'probes.js'), 'utf8');
const VIEWPORT = { width: 1280, height: 800 };
const LINES = 10_000;
const LAST_LINE = `virtio line ${LINES - 1}`;
/** Made-up machines that run, by their place in the list: one for each console that is looked at. */
const [FIRST, SECOND, FLOODED] = [5, 7, 12];
/** Milliseconds: for what a page does after it was first shown. */
const SETTLE = 700;
/** Milliseconds for a list to come to rest after a key. */
const AFTER_KEY = 150;
/** Milliseconds between keys into a console: nobody types faster for long. */
const BETWEEN_KEYS = 80;
/** What is typed and taken back: every key changes what is in sight. */
const WORDS = ['12', 'x4', 'k3', 'v1'];
const SCROLL_PIXELS = 6000;
const SCROLL_SPEED = 4000;

/** The real host lets one more browser in. */
async function newLink({ port, cookie }: Stage['served']): Promise<string> {
  const answer = await ask(port, {
    method: 'POST',
    path: '/links',
    headers: { cookie, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' },
    body: JSON.stringify({ access: 'write' }),
  });
  return (JSON.parse(answer.text) as { url: string }).url;
}

export async function firstWindow(served: Served): Promise<Stage['served']> {
  return { port: Number(new URL(served.url).port), cookie: await follow(served.url) };
}

/** A browser of its own: no cookies, nothing cached. `first` is what it waits for, as `[selector, text]`. */
async function inPage<T>(
  { browser }: Stage,
  url: string,
  first: readonly [string, string],
  work: (page: Page, firstShown: number) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  try {
    await context.addInitScript(
      `${PROBES}\nbench.expectFirst(${JSON.stringify(first[0])}, ${JSON.stringify(first[1])});`,
    );
    const page = await context.newPage();
    await page.goto(url);
    const firstShown = await page.evaluate<number>('bench.firstShown');
    return await work(page, firstShown);
  } finally {
    await context.close();
  }
}

const pause = (page: Page, ms: number) => page.waitForTimeout(ms);

/** Scrolls the list in the middle of which `x`, `y` is; answers milliseconds between frames. */
async function scroll(page: Page, x: number, y: number): Promise<Values> {
  const session = await page.context().newCDPSession(page);
  const gesture = (distance: number) =>
    session.send('Input.synthesizeScrollGesture', { x, y, yDistance: distance, speed: SCROLL_SPEED });
  await page.evaluate('bench.beginFrames()');
  await gesture(-SCROLL_PIXELS);
  await gesture(SCROLL_PIXELS);
  const frames = await page.evaluate<number[]>('bench.endFrames()');
  const total = frames.reduce((sum, ms) => sum + ms, 0);
  return { scroll: (frames.length * 1000) / total, 'scroll-worst': Math.max(...frames) };
}

/** Types into a search field that has the focus, and takes it back. */
async function filter(page: Page, list: string, keys: number): Promise<Values> {
  const typed = WORDS.flatMap((word) => [...word, ...Array.from(word, () => 'Backspace')]).slice(0, keys);
  const times: number[] = [];
  for (const key of typed) {
    await page.evaluate(`bench.beginSettling(${JSON.stringify(list)})`);
    await page.keyboard.press(key);
    await pause(page, AFTER_KEY);
    const time = await page.evaluate<number>('bench.endSettling()');
    if (time === 0) throw new Error(`The list did not change for ${key}`);
    times.push(time);
  }
  return { filter: median(times), 'filter-worst': Math.max(...times) };
}

/** Milliseconds from an input to the text in a terminal. */
async function answerTo(page: Page, text: string, input: () => Promise<void>): Promise<number> {
  await page.evaluate(`bench.expectAnswer('.xterm-rows', ${JSON.stringify(text)})`);
  await input();
  return await page.evaluate<number>('bench.answer');
}

function openConsoles(page: Page): Promise<number> {
  return answerTo(page, LAST_LINE, () => page.getByRole('tab', { name: 'Consoles' }).click());
}

/** Into a terminal that has the focus and shows what pours. Lines that came, by the number at their beginning. */
async function typeInto(page: Page, keys: number): Promise<Values> {
  const lineNow = async () => {
    const text = await page.evaluate<string>(`document.querySelector('.xterm-rows').textContent`);
    return Number(/(\d+) x{50} </.exec(text)?.[1]);
  };
  const began = { at: performance.now(), line: await lineNow() };
  let typed = '';
  const times: number[] = [];
  for (let n = 0; n < keys; n++) {
    const key = String.fromCharCode(97 + (n % 26));
    typed += key;
    times.push(await answerTo(page, `<${typed}>`, () => page.keyboard.press(key)));
    await pause(page, BETWEEN_KEYS);
  }
  const lines = (await lineNow()) - began.line;
  return {
    echo: median(times),
    'echo-worst': Math.max(...times),
    flood: (lines * 1000) / (performance.now() - began.at),
  };
}

const detailsOf = (page: Page, id = '') => page.evaluate(`location.hash = '#/machine/${id}/details'`);

export const SCENE_SIDES: Readonly<Record<Scene, SceneSides>> = {
  start: {
    async ours(stage) {
      const url = await newLink(stage.served);
      return await inPage(stage, url, ['button', 'Try Linux'], async (_page, start) => ({ start }));
    },
  },
  'start-500': {
    async ours(stage) {
      const { link } = await stage.madeUp.where();
      return await inPage(stage, link, ['[role=row]', 'linux'], async (_page, start) => ({ 'start-500': start }));
    },
    async peer(stage) {
      const { peers } = await stage.madeUp.where();
      return await inPage(stage, `${peers}/tree.html`, ['li', 'linux'], async (_page, start) => ({
        'start-500': start,
      }));
    },
  },
  list: {
    async ours(stage) {
      const { link } = await stage.madeUp.where();
      return await inPage(stage, link, ['[role=row]', 'linux'], async (page) => {
        await pause(page, SETTLE);
        const scrolled = await scroll(page, 130, 400);
        await page.getByRole('searchbox').click();
        return { ...scrolled, ...(await filter(page, '.tree-list', stage.options.keys)) };
      });
    },
    async peer(stage) {
      const { peers } = await stage.madeUp.where();
      return await inPage(stage, `${peers}/tree.html`, ['li', 'linux'], async (page) => {
        await pause(page, SETTLE);
        const scrolled = await scroll(page, 130, 400);
        await page.getByRole('textbox').click();
        return { ...scrolled, ...(await filter(page, '#list', stage.options.keys)) };
      });
    },
  },
  history: {
    async ours(stage) {
      const { link, ids } = await stage.madeUp.where();
      for (const machine of [FIRST, SECOND]) await stage.madeUp.tell({ ask: 'history', machine, lines: LINES });
      return await inPage(stage, link, ['[role=row]', 'linux'], async (page) => {
        await detailsOf(page, ids[FIRST]);
        await pause(page, SETTLE);
        const history = await openConsoles(page);
        await detailsOf(page, ids[SECOND]);
        await pause(page, SETTLE);
        return { history, 'history-next': await openConsoles(page) };
      });
    },
    async peer(stage) {
      const { peers } = await stage.madeUp.where();
      return await inPage(stage, `${peers}/terminal.html`, ['button', 'History'], async (page) => {
        await pause(page, SETTLE);
        const history = await answerTo(page, LAST_LINE, () => page.getByRole('button', { name: 'History' }).click());
        return { history };
      });
    },
  },
  flood: {
    async ours(stage) {
      const { link, ids } = await stage.madeUp.where();
      return await inPage(stage, link, ['[role=row]', 'linux'], async (page) => {
        await detailsOf(page, ids[FLOODED]);
        await pause(page, SETTLE);
        await page.getByRole('tab', { name: 'Consoles' }).click();
        await page.locator('.xterm-rows').getByText('$').first().waitFor();
        await page.locator('.xterm-screen').click();
        await stage.madeUp.tell({ ask: 'pour', machine: FLOODED, perSecond: LINES });
        try {
          await pause(page, SETTLE);
          return await typeInto(page, stage.options.keys);
        } finally {
          await stage.madeUp.tell({ ask: 'stop', machine: FLOODED });
        }
      });
    },
    async peer(stage) {
      const { peers } = await stage.madeUp.where();
      return await inPage(stage, `${peers}/terminal.html?pour=${LINES}`, ['button', 'Flood'], async (page) => {
        await pause(page, SETTLE);
        await page.getByRole('button', { name: 'Flood' }).click();
        await pause(page, SETTLE);
        return await typeInto(page, stage.options.keys);
      });
    },
  },
};
