/**
 * Every page and dialog, looked at by axe in both themes: WCAG 2.2 A and AA and its good practices. At both sizes nothing may
 * stick out of the window.
 */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inEachDoor, SIZES } from './doors.ts';
import {
  ask,
  clickAddress,
  clickInto,
  command,
  consoleMenu,
  create,
  openTab,
  paste,
  powerOff,
  prompt,
  row,
  sees,
  tool,
} from './user.ts';

/** What axe finds, a line each. */
async function violations(page: Page): Promise<string[]> {
  // What is still fading in is not there for axe, and what lies under it is hidden already
  await page.locator('[data-entering]').first().waitFor({ state: 'detached' });
  const { violations: found } = await new AxeBuilder({ page })
    // It opens no page of its own for its results, which not every door could
    .setLegacyMode()
    .analyze();
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Whether the page is wider or higher than the window. */
async function sticksOut(page: Page): Promise<boolean> {
  return page.evaluate(
    'document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight',
  );
}

const leaveByEscape = async (page: Page) => {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
};

interface View {
  readonly name: string;
  open(page: Page): Promise<void>;
  leave?(page: Page): Promise<void>;
}

/** The dialog that `open` leads to, left by Escape. */
const dialog = (name: string, open: (page: Page) => Promise<void>): View => ({
  name,
  async open(page) {
    await open(page);
    await page.getByRole('dialog', { name }).waitFor();
  },
  leave: leaveByEscape,
});

const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).click();

/** All that there is to see of a machine that is powered off, and around it. */
const views = (machine: string): readonly View[] => [
  { name: 'Details', open: (page) => openTab(page, 'Details') },
  { name: 'Consoles', open: (page) => openTab(page, 'Consoles') },
  { name: 'Log', open: (page) => openTab(page, 'Log') },
  dialog('New machine', (page) => tool(page, 'New machine').click()),
  dialog(`Settings of ${machine}`, (page) => tool(page, 'Settings').click()),
  dialog(`Clone ${machine}`, (page) => command(page, 'Clone')),
  dialog(`Move ${machine} to a group`, (page) => command(page, 'Move to group…')),
  dialog('Trash', press('Trash')),
  dialog('Preferences', press('Preferences')),
  dialog('Keyboard shortcuts', (page) => command(page, 'Keyboard shortcuts')),
  dialog('Search or run a command', press('Search or run a command')),
  {
    name: 'the menu of a machine',
    async open(page) {
      await row(page, machine).click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    },
    async leave(page) {
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    },
  },
];

inEachDoor((door) => {
  it('the first page', async () => {
    const page = await door().window();
    await page.getByRole('button', { name: 'Try Linux' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page), colorScheme).toEqual([]);
    }
    for (const size of Object.values(SIZES)) {
      await page.setViewportSize(size);
      expect(await sticksOut(page)).toBe(false);
    }
  });

  describe('with a machine', () => {
    it('details stand side by side as there is room', async () => {
      const page = await door().window();
      await create(page, { name: 'columns' });
      const left = async (name: string) => (await page.getByRole('region', { name }).boundingBox())?.x ?? 0;
      await page.setViewportSize({ width: 900, height: 640 });
      expect(await left('Preview')).toBe(await left('General'));
      for (const size of Object.values(SIZES)) {
        await page.setViewportSize(size);
        expect(await left('Preview')).toBeGreaterThan(await left('General'));
      }
      expect(await left('System')).toBeGreaterThan(await left('General'));
    });

    it.each(['light', 'dark'] as const)('every page and dialog, %s', async (colorScheme) => {
      const page = await door().window();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await create(page, { name: `axe ${colorScheme}` });
      const found: string[] = [];
      const shown = [...views(`axe ${colorScheme}`)];
      // The app has no links to share
      const share = page.getByRole('button', { name: 'Share view-only link' });
      if (await share.isVisible()) shown.push(dialog('Share a view-only link', () => share.click()));
      for (const { name, open, leave } of shown) {
        await open(page);
        for (const line of await violations(page)) found.push(`${name}: ${line}`);
        for (const size of [SIZES.large, SIZES.small]) {
          await page.setViewportSize(size);
          if (await sticksOut(page)) found.push(`${name}: sticks out at ${size.width}x${size.height}`);
        }
        await leave?.(page);
      }
      expect(found).toEqual([]);
    });

    it('a machine that runs, its questions, and a console that is searched', async () => {
      const page = await door().window();
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await create(page, { name: 'running', start: true });
      await prompt(page, 'running');
      const found: string[] = [];
      const look = async (name: string) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          for (const line of await violations(page)) found.push(`${name}, ${colorScheme}: ${line}`);
        }
      };
      await look('console');
      await page.getByRole('button', { name: 'Search in the console' }).click();
      await page
        .getByRole('textbox', { name: 'Find' })
        .or(page.getByRole('searchbox', { name: 'Find' }))
        .fill('linux');
      await look('search');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Show two consoles side by side' }).click();
      await look('split');
      await page.getByRole('button', { name: 'Show one console' }).click();
      await page.getByRole('button', { name: 'More for this console' }).click();
      await page.getByRole('menuitem', { name: 'Clear…' }).waitFor();
      await look('menu of the console');
      await page.keyboard.press('Escape');
      await consoleMenu(page, 'Clear…');
      await page.getByRole('alertdialog', { name: 'Clear hvc0?' }).waitFor();
      await look('clear');
      await page.keyboard.press('Escape');
      await paste(page, 'echo one\necho two\n');
      await page.getByRole('dialog', { name: 'Paste 2 lines?' }).waitFor();
      await look('paste');
      await leaveByEscape(page);
      await clickInto(page, 'running');
      await ask(page, 'running', 'echo https://example.org/$((40+2))', 'https://example.org/42');
      await clickAddress(page, 'https://example.org/42');
      await page.getByRole('dialog', { name: 'Open this address?' }).waitFor();
      await look('link');
      await leaveByEscape(page);
      await openTab(page, 'Details');
      await look('details');
      await page.getByRole('button', { name: /^Cores: 1 of/ }).click();
      await page.getByRole('textbox', { name: 'Cores' }).fill('2');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Restart…' }).first().click();
      await page.getByRole('dialog', { name: 'Restart running?' }).waitFor();
      await look('restart');
      await leaveByEscape(page);
      await tool(page, 'Reset').click();
      await page.getByRole('alertdialog', { name: 'Reset running?' }).waitFor();
      await look('question');
      await page.keyboard.press('Escape');
      await tool(page, 'Pause').click();
      await sees(page, 'running', 'Paused');
      await look('paused');
      await powerOff(page, 'running');
      expect(found).toEqual([]);
    });
  });
});
