/**
 * `npm run screenshots`: pictures of every page and dialog of the built window, to be looked at; they are the same each time as
 * long as the window is. With `--readme` those that the README shows, made small.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { ensureWindow } from '../../scripts/setup/build.mjs';
import { ROOT } from '../../scripts/setup/paths.mjs';
import { ensureTools, PICTURE_TOOLS } from '../../scripts/setup/system.mjs';
import { describeError, InnError } from '../../shared/base/errors.ts';
import { launchBrowser, READABLE_TERMINALS } from '../fixtures/browser.ts';
import { openMadeUpWindow } from '../fixtures/made-up-window.ts';
import { windowHost } from '../fixtures/window-host.ts';
import { idOf, RUNNING, SCENES, type Scene } from './screenshots/scenes.ts';

const USAGE = `Usage: npm run screenshots -- [--out DIR] [--only SCENE,...] [--readme]

  --out DIR   where to, build/screenshots unless given
  --only      of ${SCENES.map(({ name }) => name).join(' ')}
  --readme    only those of the README, into assets/screenshots`;

const SIZES = ['1280x800', '1920x1080', '900x640'] as const;
const THEMES = ['dark', 'light'] as const;

interface Picture {
  readonly scene: Scene;
  readonly theme: (typeof THEMES)[number];
  readonly size: (typeof SIZES)[number];
  readonly file: string;
}

/** What the README shows, by the names of its files. */
const README = {
  'details-dark': 'details',
  'consoles-dark': 'consoles',
  'new-light': 'new',
  'settings-light': 'settings',
};
const README_FOLDER = 'assets/screenshots';
/** Bytes of a picture of the README. */
const README_LIMIT = 150_000;

/** 2026-11-02 10:24 UTC. */
const NOW = Date.UTC(2026, 10, 2, 10, 24);

/** Milliseconds until what moves has come to rest: windows load the parts of a page when they are first shown. */
const REST = 250;

function picturesOf(scenes: readonly Scene[], out: string): Picture[] {
  return SIZES.flatMap((size) =>
    THEMES.flatMap((theme) =>
      scenes
        .filter(({ main }) => size === SIZES[0] || main)
        .map((scene) => ({ scene, theme, size, file: path.join(out, `${scene.name}-${theme}-${size}.png`) })),
    ),
  );
}

function picturesOfReadme(): Picture[] {
  return Object.entries(README).map(([name, wanted]) => {
    const scene = SCENES.find((each) => each.name === wanted);
    if (!scene) throw new Error(`there is no scene ${wanted}`);
    const theme = name.endsWith('-light') ? 'light' : 'dark';
    return { scene, theme, size: SIZES[0], file: path.join(ROOT, README_FOLDER, `${name}.png`) };
  });
}

async function take(browser: Browser, { scene, theme, size, file }: Picture): Promise<void> {
  let now = NOW;
  const host = windowHost({ machines: scene.machines ?? 8, startMs: 3000, clock: () => now });
  const window = await openMadeUpWindow({ host, access: scene.access ?? 'write' });
  const [width = 0, height = 0] = size.split('x').map(Number);
  const context = await browser.newContext({
    ...{ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' },
    ...{ locale: 'en-GB', timezoneId: 'UTC' },
  });
  context.setDefaultTimeout(10_000);
  try {
    const page = await context.newPage();
    await page.clock.setFixedTime(NOW);
    const { machine, tab } = scene.at ?? { machine: RUNNING.at, tab: 'details' };
    await page.goto(`${window.url}${scene.machines === 0 ? '' : `#/machine/${idOf(machine)}/${tab}`}`);
    await scene.show({
      ...{ page, host, window },
      later(ms) {
        now += ms;
      },
    });
    await page.evaluate('document.fonts.ready');
    await page.waitForTimeout(REST);
    await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  } finally {
    await context.close();
    window.close();
    host.stop();
  }
}

/** Fewer colours, which the window hardly has. */
function shrink(file: string): void {
  const { status, stderr } = spawnSync('pngquant', [
    '--force',
    '--ext',
    '.png',
    '--speed',
    '1',
    '--strip',
    '128',
    file,
  ]);
  if (status !== 0) throw new Error(`pngquant ended with ${status}: ${stderr}`);
  const { size } = statSync(file);
  if (size > README_LIMIT) throw new Error(`${file} has ${size} bytes, and may have ${README_LIMIT}`);
}

function scenesOf(only: string | undefined): readonly Scene[] {
  if (only === undefined) return SCENES;
  return only.split(',').map((name) => {
    const scene = SCENES.find((each) => each.name === name);
    if (scene) return scene;
    throw new InnError(`There is no scene ${name}`, { code: 'usage', nextStep: USAGE });
  });
}

try {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join(ROOT, 'build/screenshots') },
      only: { type: 'string' },
      readme: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else {
    const pictures = values.readme ? picturesOfReadme() : picturesOf(scenesOf(values.only), path.resolve(values.out));
    await ensureTools(PICTURE_TOOLS);
    await ensureWindow(process.execPath);
    const browser = await launchBrowser(READABLE_TERMINALS);
    try {
      for (const picture of pictures) {
        mkdirSync(path.dirname(picture.file), { recursive: true });
        const name = path.relative(process.cwd(), picture.file);
        try {
          await take(browser, picture);
          if (values.readme) shrink(picture.file);
          process.stderr.write(`${name}\n`);
        } catch (error) {
          process.stderr.write(`${name} FAILED: ${describeError(error)}\n`);
          process.exitCode = 1;
        }
      }
    } finally {
      await browser.close();
    }
  }
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
process.exit();
