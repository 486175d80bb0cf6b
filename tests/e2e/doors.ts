/**
 * The two doors to a window, a browser and the app, as one type: the same specs go through both. Where a door is missing, its
 * specs say why they are skipped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { findElectron, hasDisplay } from '../../scripts/setup/electron.mjs';
import { launchBrowser, READABLE_TERMINALS, SANDBOX } from '../fixtures/browser.ts';
import { serve } from '../fixtures/served.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Pictures of what windows showed when a spec failed. */
const FAILURES = path.join(ROOT, 'build/tests/e2e');

export const SIZES = { small: { width: 1280, height: 800 }, large: { width: 1920, height: 1080 } } as const;

export interface OpenDoor {
  readonly dataFolder: string;
  /** The window as one finds it who just came. There is one at a time: the one before is gone. */
  window(): Promise<Page>;
  /** One more window onto the same host, beside the first. */
  another(): Promise<Page>;
  /** All that are open. */
  pages(): readonly Page[];
  /** What went wrong in the scripts of any of them so far. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

interface Door {
  readonly name: string;
  /** Why there is no such door here. */
  missing(): string | undefined;
  open(dataFolder: string): Promise<OpenDoor>;
}

const browserDoor: Door = {
  name: 'a browser',
  missing: () => undefined,
  async open(dataFolder) {
    const served = await serve({ dataFolder });
    const browser = await launchBrowser(READABLE_TERMINALS);
    const context = await enter(browser, served.url);
    const first = context.pages()[0];
    const address = first?.url() ?? served.url;
    await first?.close();
    const faults: string[] = [];
    context.on('weberror', (fault) => faults.push(String(fault.error().stack)));
    const newWindow = async () => {
      const page = await context.newPage();
      await page.goto(address);
      return page;
    };
    return {
      dataFolder,
      async window() {
        for (const page of context.pages()) await page.close();
        return newWindow();
      },
      another: newWindow,
      pages: () => context.pages(),
      faults,
      async close() {
        await browser.close();
        await served.dispose();
      },
    };
  },
};

const appDoor: Door = {
  name: 'the app',
  missing() {
    if (findElectron() === undefined) return "Electron's binary is not installed";
    return hasDisplay() ? undefined : 'there is no display for Electron';
  },
  async open(dataFolder) {
    const app = await _electron.launch({
      ...{ executablePath: findElectron() ?? '', cwd: ROOT },
      args: [...SANDBOX, ...READABLE_TERMINALS, '.'],
      env: { ...(process.env as Record<string, string>), INN_HOME: dataFolder },
    });
    const page = await app.firstWindow();
    const address = page.url().replace(/#.*/, '');
    await page.setViewportSize(SIZES.small);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error.stack)));
    const beside: (() => Promise<void>)[] = [];
    return {
      dataFolder,
      async window() {
        await page.goto(`${address}#/`);
        await page.reload();
        return page;
      },
      async another() {
        const served = await serve({ dataFolder });
        const browser = await launchBrowser(READABLE_TERMINALS);
        beside.push(async () => {
          await browser.close();
          await served.dispose();
        });
        const [other] = (await enter(browser, served.url)).pages();
        if (!other) throw new Error('the browser has no page');
        return other;
      },
      pages: () => [page],
      faults,
      async close() {
        for (const end of beside) await end();
        // What it would ask before it ends is not for these specs
        await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => {});
        await app.close();
      },
    };
  },
};

/** A browser that was let in by an address with a token: one page, and a session for more. */
export async function enter(browser: Browser, url: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: SIZES.small });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(url);
  return context;
}

/** The specs that `define` makes, once in each door; each door has a data folder of its own, which `prepare` may fill. */
export function inEachDoor(define: (door: () => OpenDoor) => void, prepare?: (dataFolder: string) => void): void {
  describe.each([browserDoor, appDoor])('in $name', ({ missing, open }) => {
    const why = missing();
    let door: OpenDoor | undefined;
    let dataFolder: string | undefined;
    beforeAll(async () => {
      if (why !== undefined) return;
      dataFolder = mkdtempSync(path.join(tmpdir(), 'inn-e2e-'));
      prepare?.(dataFolder);
      door = await open(dataFolder);
    });
    beforeEach(({ skip, task, onTestFailed }) => {
      skip(why !== undefined, why);
      onTestFailed(async () => {
        for (const [at, page] of (door?.pages() ?? []).entries()) {
          await page.screenshot({ path: path.join(FAILURES, `${task.name.replace(/[^\w ]/g, '')} ${at + 1}.png`) });
        }
      });
    });
    afterAll(async () => {
      await door?.close();
      if (dataFolder !== undefined) rmSync(dataFolder, { recursive: true, force: true });
      expect(door?.faults ?? []).toEqual([]);
    });
    define(() => {
      if (!door) throw new Error('the door did not open');
      return door;
    });
  });
}
