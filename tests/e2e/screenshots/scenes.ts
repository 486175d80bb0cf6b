/** What the pictures show: every page and dialog of the window, each over made-up machines of its own. */
import type { Page } from 'playwright-core';
import { GiB } from '../../../shared/base/units.ts';
import type { MadeUpWindow } from '../../fixtures/made-up-window.ts';
import type { WindowHost } from '../../fixtures/window-host.ts';
import { clickAddress, command, consoleMenu, paste, row, rowMenu, tool } from '../user.ts';

export interface Stage {
  readonly page: Page;
  readonly host: WindowHost;
  readonly window: MadeUpWindow;
  /** Moves the host's clock on, in milliseconds. */
  later(ms: number): void;
}

export interface Scene {
  /** Of the file. */
  readonly name: string;
  /** Also at the other sizes. */
  readonly main?: boolean;
  readonly machines?: number;
  readonly access?: 'read';
  /** The chosen machine and tab; without one the first machine's details. */
  readonly at?: { readonly machine: number; readonly tab: 'details' | 'consoles' | 'log' };
  /** Until what the picture is of can be seen. */
  show(stage: Stage): Promise<void>;
}

/** Ids and names of `window-host.ts`: one that runs, one that is off, one that is aborted. */
export const RUNNING = { at: 0, name: 'linux' };
const OFF = { at: 1, name: 'build-box' };
const ABORTED = { at: 3, name: 'riscv-lab' };
const OTHER = { at: 4, name: 'nightly' };

export const idOf = (at: number) => at.toString(36).padStart(12, 'm');

const details = { machine: OFF.at, tab: 'details' } as const;
const consoles = { machine: RUNNING.at, tab: 'consoles' } as const;

async function dialog(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('dialog', { name }).or(page.getByRole('alertdialog', { name })).waitFor();
}

/** Types into the first console, as its guest's owner would have done before. */
async function typed({ page, host }: Stage, text: string, last: string): Promise<void> {
  const args = { id: idOf(RUNNING.at), console: 'hvc0', bytes: Buffer.from(text) };
  await host.handlers['console.input'](args, new AbortController().signal);
  await page.locator('.xterm-rows').first().getByText(last).first().waitFor();
}

/** The terminal is there and shows its prompt. */
async function atPrompt({ page }: Stage): Promise<void> {
  await page.locator('.xterm-rows').first().getByText('user@linux').first().waitFor();
}

export const SCENES: readonly Scene[] = [
  {
    name: 'home',
    main: true,
    machines: 0,
    show: ({ page }) => page.getByRole('button', { name: 'Try Linux' }).waitFor(),
  },
  {
    name: 'details',
    main: true,
    show: ({ page }) => page.getByRole('region', { name: 'General' }).waitFor(),
  },
  {
    name: 'details-off',
    at: details,
    show: ({ page }) => page.getByRole('region', { name: 'General' }).waitFor(),
  },
  {
    name: 'consoles',
    main: true,
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await typed(stage, 'uname\recho Hello from RISC-V\rcolours\r', 'colour 7');
    },
  },
  {
    name: 'consoles-search',
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await typed(stage, 'lines 40\r', 'virtio line 39');
      await stage.page.getByRole('button', { name: 'Search in the console' }).click();
      await stage.page.getByRole('textbox', { name: 'Find' }).fill('virtio');
      await stage.page
        .getByRole('status')
        .getByText(/^(?:\d+ of|over) \d+$/)
        .waitFor();
    },
  },
  {
    name: 'consoles-split',
    main: true,
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await stage.page.getByRole('button', { name: 'Show two consoles side by side' }).click();
      await stage.page.locator('.xterm-rows').nth(1).getByText('user@linux').first().waitFor();
    },
  },
  {
    name: 'consoles-menu',
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await stage.page.getByRole('button', { name: 'More for this console' }).click();
      await stage.page.getByRole('menuitem', { name: 'Clear…' }).waitFor();
    },
  },
  {
    name: 'consoles-paste',
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await paste(stage.page, 'cd /srv/build\nmake -j4 clean all\nsudo make install\n');
      await dialog(stage.page, /Paste \d+ lines/);
    },
  },
  {
    name: 'consoles-link',
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await typed(stage, 'link\r', 'https://example.org/plain');
      await clickAddress(stage.page, 'https://example.org/plain');
      await dialog(stage.page, 'Open this address?');
    },
  },
  {
    name: 'consoles-clear',
    at: consoles,
    async show(stage) {
      await atPrompt(stage);
      await consoleMenu(stage.page, 'Clear…');
      await dialog(stage.page, 'Clear hvc0?');
    },
  },
  {
    name: 'consoles-off',
    at: { machine: OFF.at, tab: 'consoles' },
    show: ({ page }) => page.locator('.xterm-rows').first().waitFor(),
  },
  {
    name: 'log',
    main: true,
    at: { machine: RUNNING.at, tab: 'log' },
    show: ({ page }) => page.getByText('First output after 3.9 s').first().waitFor(),
  },
  {
    name: 'aborted',
    main: true,
    at: { machine: ABORTED.at, tab: 'details' },
    show: ({ page }) => page.getByRole('button', { name: 'Start again' }).waitFor(),
  },
  {
    name: 'new',
    main: true,
    async show({ page }) {
      await tool(page, 'New machine').click();
      await dialog(page, 'New machine');
      await page.getByText('This name is free').waitFor();
    },
  },
  {
    name: 'settings',
    main: true,
    at: details,
    async show({ page }) {
      await tool(page, 'Settings').click();
      await dialog(page, `Settings of ${OFF.name}`);
    },
  },
  {
    name: 'settings-conflict',
    at: details,
    async show({ page, host }) {
      await tool(page, 'Settings').click();
      await dialog(page, `Settings of ${OFF.name}`);
      const description = page.getByRole('textbox', { name: 'Description' });
      await description.fill('Builds every night.');
      const [machine] = (await host.handlers['machine.list']({}, new AbortController().signal)).slice(OFF.at);
      if (!machine) throw new Error('the machine is gone');
      const settings = { ...machine.settings, description: 'Builds at noon.', memory: GiB };
      host.change(machine.id, { settings, revision: machine.revision + 1 });
      await page.getByText('Builds at noon.').first().waitFor();
    },
  },
  {
    name: 'preferences',
    main: true,
    async show({ page }) {
      await page.getByRole('button', { name: 'Preferences', exact: true }).click();
      await dialog(page, 'Preferences');
    },
  },
  {
    name: 'clone',
    at: details,
    async show({ page }) {
      await command(page, 'Clone');
      await dialog(page, `Clone ${OFF.name}`);
    },
  },
  {
    name: 'trash',
    at: details,
    async show({ page, host }) {
      for (const at of [OFF.at, OTHER.at]) {
        await host.handlers['machine.remove']({ id: idOf(at) }, new AbortController().signal);
      }
      await page.getByRole('button', { name: 'Trash', exact: true }).click();
      await dialog(page, 'Trash');
      await page.getByText(OTHER.name).first().waitFor();
    },
  },
  {
    name: 'trash-empty',
    async show({ page }) {
      await page.getByRole('button', { name: 'Trash', exact: true }).click();
      await dialog(page, 'Trash');
    },
  },
  {
    name: 'deleted',
    at: details,
    async show({ page }) {
      await rowMenu(page, OFF.name, 'Delete');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'group',
    at: details,
    async show({ page }) {
      await command(page, 'Move to group…');
      await dialog(page, `Move ${OFF.name} to a group`);
    },
  },
  {
    name: 'restart',
    async show({ page }) {
      await page.getByRole('button', { name: 'Restart…' }).first().click();
      await dialog(page, `Restart ${RUNNING.name}?`);
    },
  },
  {
    name: 'power-off',
    async show({ page }) {
      await tool(page, 'More ways to stop').click();
      await page.getByRole('menuitem', { name: 'Power off' }).click();
      await dialog(page, `Power off ${RUNNING.name}?`);
    },
  },
  {
    name: 'start-menu',
    at: details,
    async show({ page }) {
      await tool(page, 'More ways to start').click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'row-menu',
    at: details,
    async show({ page }) {
      await row(page, OFF.name).click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    },
  },
  {
    name: 'shortcuts',
    async show({ page }) {
      await command(page, 'Keyboard shortcuts');
      await dialog(page, 'Keyboard shortcuts');
    },
  },
  {
    name: 'share',
    async show({ page }) {
      await command(page, 'Share view-only link');
      await dialog(page, 'Share a view-only link');
      // Its address has the port of this run
      await page.evaluate(`{
        const field = document.querySelector('[role=dialog] input');
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
          .call(field, 'http://127.0.0.1:4180/?token=made-up');
      }`);
    },
  },
  {
    name: 'palette',
    main: true,
    async show({ page }) {
      await page.getByRole('button', { name: 'Search or run a command' }).click();
      await dialog(page, 'Search or run a command');
    },
  },
  {
    name: 'palette-search',
    async show({ page }) {
      await page.getByRole('button', { name: 'Search or run a command' }).click();
      await page.getByRole('combobox', { name: 'Search or run a command' }).fill('se');
      await page.getByRole('menuitem').first().waitFor();
    },
  },
  {
    name: 'operations',
    at: details,
    async show({ page, host, later }) {
      const signal = new AbortController().signal;
      await host.handlers['machine.start']({ id: idOf(OFF.at) }, signal);
      later(1400);
      await page.getByRole('button', { name: /^Starting/ }).click();
      await dialog(page, 'Operations');
      await page.getByText('Building the guest').first().waitFor();
    },
  },
  {
    name: 'connection-lost',
    async show({ page, window }) {
      await page.getByRole('region', { name: 'General' }).waitFor();
      window.disconnect();
      await page.getByRole('button', { name: 'Try now' }).waitFor();
    },
  },
  {
    name: 'view-only',
    main: true,
    access: 'read',
    show: ({ page }) => page.getByText('View only').first().waitFor(),
  },
  {
    name: 'view-only-preferences',
    access: 'read',
    async show({ page }) {
      await page.getByRole('button', { name: 'Preferences', exact: true }).click();
      await dialog(page, 'Preferences');
    },
  },
  {
    name: 'long-names',
    main: true,
    at: details,
    async show({ page, host }) {
      const machine = await host.handlers['machine.get']({ id: idOf(OFF.at) }, new AbortController().signal);
      const name = 'Nightly builds of everything there is for the 64-bit RISC-V board';
      const settings = {
        ...machine.settings,
        name,
        description: `${name}. `.repeat(6),
        group: 'Development of kernels',
      };
      host.change(machine.id, { settings });
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.getByRole('region', { name: 'General' }).waitFor();
    },
  },
];
