/** What somebody sees who starts Innkeeper for the first time. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { type Served, serve } from '../fixtures/served.ts';

let browser: Browser;
let served: Served | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await served?.dispose();
});

it.fails('npm start leads by way of "Try Linux" to a shell prompt that answers', async () => {
  served = await serve();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(served.url);
  await page.getByRole('button', { name: 'Try Linux' }).click();
  const terminal = page.locator('.xterm-rows');
  await terminal.getByText('innkeeper:~#').waitFor({ timeout: 120_000 });
  await page.keyboard.type('uname -m\n');
  await terminal.getByText('riscv64').waitFor();
  expect(await page.getByText('Running').count()).toBeGreaterThan(0);
});
