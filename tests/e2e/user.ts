/** What users do and see in a window, in their words: roles and names, never the markup. */
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** Milliseconds within which a guest is at its prompt, on a computer with other work to do. */
const BOOT = 90_000;
export const PROMPT = 'innkeeper:~#';

/** A machine's row in the tree. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('treegrid', { name: 'Machines' }).getByRole('row', { name: new RegExp(`^${name},`) });
}

export function tool(page: Page, name: string): Locator {
  return page.getByRole('toolbar', { name: 'Machine' }).getByRole('button', { name, exact: true });
}

/** The state of the chosen machine, in its header. */
export async function sees(page: Page, name: string, state: string): Promise<void> {
  await page
    .getByRole('status', { name: `State of ${name}` })
    .getByText(state, { exact: true })
    .waitFor();
}

export interface Wanted {
  readonly name: string;
  readonly start?: boolean;
}

/** By the New dialog: the small kernel, and what is wanted. */
export async function create(page: Page, { name, start = false }: Wanted): Promise<void> {
  await tool(page, 'New machine').click();
  const dialog = page.getByRole('dialog', { name: 'New machine' });
  await dialog.getByText('Small Linux').click();
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByText('This name is free').waitFor();
  await dialog.getByRole('button', { name: start ? /^Create and start/ : /^Create$/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

/** The console in front, with what it shows. */
export function terminal(page: Page, name: string): Locator {
  return page.getByRole('region', { name: `Console hvc0 of ${name}` }).locator('.xterm-rows');
}

export async function prompt(page: Page, name: string): Promise<void> {
  await terminal(page, name).getByText(PROMPT).first().waitFor({ timeout: BOOT });
}

/** Types a line into the console that has the focus, and waits for a line that is the answer. */
export async function ask(page: Page, name: string, line: string, answer: string): Promise<void> {
  await page.keyboard.type(`${line}\n`);
  await terminal(page, name).getByText(answer, { exact: true }).first().waitFor();
}

export async function openTab(page: Page, name: 'Details' | 'Consoles' | 'Log'): Promise<void> {
  await page.getByRole('tablist', { name: 'Parts of the machine' }).getByRole('tab', { name }).click();
}

/** By the menu beside Shut down, and its question. */
export async function powerOff(page: Page, name: string): Promise<void> {
  await tool(page, 'More ways to stop').click();
  await page.getByRole('menuitem', { name: 'Power off' }).click();
  await page
    .getByRole('alertdialog', { name: `Power off ${name}?` })
    .getByRole('button', { name: 'Power off' })
    .click();
  await sees(page, name, 'Powered off');
}

/** With the mouse into the console in front. */
export async function clickInto(page: Page, name: string): Promise<void> {
  await terminal(page, name).click({ force: true });
}

/** Pastes what the clipboard would hold into the console that has the focus, or the first of the page. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate(`{
    const data = new DataTransfer();
    data.setData('text/plain', ${JSON.stringify(text)});
    const input = document.activeElement.closest('.xterm-helper-textarea') ?? document.querySelector('.xterm-helper-textarea');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }`);
}

/** Clicks on the end of an address that a console shows. */
export async function clickAddress(page: Page, address: string): Promise<void> {
  const { x, y, width, height } = (await page.locator('.xterm-rows').getByText(address).last().boundingBox()) ?? {
    x: 0,
    y: 0,
    width: 0,
    height: 0,
  };
  // What holds it may begin before it
  const end = { x: x + width - 12, y: y + height / 2 };
  await page.mouse.move(end.x, end.y);
  await page.locator('.xterm-cursor-pointer').waitFor();
  await page.mouse.click(end.x, end.y);
}

/** An item of the menu of the console in front. */
export async function consoleMenu(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More for this console' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** The menu of a machine in the tree. */
export async function rowMenu(page: Page, name: string, item: string): Promise<void> {
  await row(page, name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: item }).click();
}

/** By the command palette. */
export async function command(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Search or run a command' }).click();
  await page.getByRole('combobox', { name: 'Search or run a command' }).fill(text);
  await page.getByRole('menuitem', { name: text }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Where the host keeps the machine that is chosen in the window. */
export function folderOf(page: Page, dataFolder: string): string {
  const [, id = ''] = /#\/machine\/(\w+)/.exec(page.url()) ?? [];
  return path.join(dataFolder, 'machines', id);
}
