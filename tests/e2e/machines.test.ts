/** The life of machines in one window, with the real host and real guests. */
import { describe, expect, it } from 'vitest';
import { inEachDoor } from './doors.ts';
import {
  ask,
  clickInto,
  command,
  create,
  openTab,
  powerOff,
  prompt,
  row,
  rowMenu,
  sees,
  terminal,
  tool,
} from './user.ts';

inEachDoor((door) => {
  it('New starts a machine; it pauses, resumes, and is powered off', async () => {
    const page = await door().window();
    await create(page, { name: 'life', start: true });
    await prompt(page, 'life');
    await sees(page, 'life', 'Running');
    await ask(page, 'life', 'uname -m', 'riscv64');

    await tool(page, 'Pause').click();
    await sees(page, 'life', 'Paused');
    await page.getByText('Paused: the guest does not read what is typed.').waitFor();
    await tool(page, 'Resume').click();
    await sees(page, 'life', 'Running');
    await clickInto(page, 'life');
    await ask(page, 'life', 'echo still $((40 + 2))', 'still 42');

    await page.reload();
    await terminal(page, 'life').getByText('still 42', { exact: true }).waitFor();
    await powerOff(page, 'life');
    await row(page, 'life').getByText('Powered off').waitFor();
    expect(await terminal(page, 'life').getByText('still 42', { exact: true }).count()).toBe(1);
  });

  it('a guest that is asked shuts down, and tells of it in the log', async () => {
    const page = await door().window();
    await create(page, { name: 'asked', start: true });
    await prompt(page, 'asked');
    await tool(page, 'Shut down').click();
    await sees(page, 'asked', 'Powered off');
    await openTab(page, 'Log');
    const log = page.getByRole('main');
    for (const text of [/created/i, /started/i, /shut down/i]) await log.getByText(text).first().waitFor();
  });

  it('values are edited in place: kept by Enter, taken back by Escape, refused beside the field', async () => {
    const page = await door().window();
    await create(page, { name: 'edited' });
    const details = page.getByRole('main');
    await details.getByRole('button', { name: /^Cores: 1 of 8/ }).click();
    const cores = details.getByRole('textbox', { name: 'Cores' });
    await cores.fill('9');
    await details.getByText('A machine can have up to 8 cores').waitFor();
    await cores.press('Escape');
    await details.getByRole('button', { name: /^Cores: 1 of 8/ }).click();
    await cores.fill('2');
    await cores.press('Enter');
    await details.getByRole('button', { name: /^Cores: 2 of 8/ }).waitFor();

    await details
      .getByRole('button', { name: /^Description/ })
      .or(details.getByText('Add a description'))
      .first()
      .click();
    await details.getByRole('textbox', { name: 'Description' }).fill('for the **specs** 🦀');
    await page.keyboard.press('Control+Enter');
    await row(page, 'edited').getByText('2 cores').waitFor();
    await page.reload();
    await details.getByText('🦀').waitFor();
    await details.getByRole('button', { name: /^Cores: 2 of 8/ }).waitFor();
  });

  it('a name that another machine has is refused where it is typed', async () => {
    const page = await door().window();
    await create(page, { name: 'taken' });
    await tool(page, 'New machine').click();
    const dialog = page.getByRole('dialog', { name: 'New machine' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('TAKEN');
    await dialog.getByText('Another machine has this name').waitFor();
    await page.keyboard.press('Enter');
    expect(await dialog.count()).toBe(1);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('🦀 مرحبا');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: '🦀 مرحبا', level: 1 }).waitFor();
    await powerOff(page, '🦀 مرحبا');
  });

  describe('dialogs', () => {
    it('Settings: found by typing, changed together, kept by OK', async () => {
      const page = await door().window();
      await create(page, { name: 'set' });
      await tool(page, 'Settings').click();
      const dialog = page.getByRole('dialog', { name: 'Settings of set' });
      await dialog.getByRole('searchbox', { name: 'Search settings' }).fill('command');
      await dialog.getByRole('textbox', { name: 'Command line' }).fill('quiet');
      await dialog.getByRole('searchbox', { name: 'Search settings' }).fill('');
      await dialog.getByRole('button', { name: 'OK' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Command line: quiet/ }).waitFor();
    });

    it('Clone: a machine of its own under another name', async () => {
      const page = await door().window();
      await create(page, { name: 'original' });
      await rowMenu(page, 'original', 'Clone');
      const dialog = page.getByRole('dialog', { name: 'Clone original' });
      await dialog.getByRole('textbox', { name: 'Name' }).fill('copy');
      await dialog.getByRole('button', { name: /^Clone/ }).click();
      await row(page, 'copy').waitFor();
      await row(page, 'original').waitFor();
    });

    it('Delete: gone at once, back by Undo, and later from the trash', async () => {
      const page = await door().window();
      await create(page, { name: 'thrown' });
      await rowMenu(page, 'thrown', 'Delete');
      await row(page, 'thrown').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Undo' }).click();
      await row(page, 'thrown').waitFor();

      await rowMenu(page, 'thrown', 'Delete');
      await row(page, 'thrown').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Trash' }).click();
      await page.getByRole('dialog', { name: 'Trash' }).getByRole('button', { name: 'Restore thrown' }).click();
      await page.keyboard.press('Escape');
      await row(page, 'thrown').waitFor();
    });

    it('Preferences: kept for all windows', async () => {
      const page = await door().window();
      const other = await door().another();
      await page.getByRole('button', { name: 'Preferences', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Preferences' });
      await dialog.getByRole('button', { name: /Theme/ }).click();
      await page.getByRole('option', { name: 'Dark', exact: true }).click();
      await page.getByRole('option', { name: 'Dark', exact: true }).waitFor({ state: 'detached' });
      await other.locator('html[data-theme=dark]').waitFor();
      // Not by Escape: for a moment it still belongs to the list that has just closed
      await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
      await command(page, 'Use the system’s theme');
      await other.locator('html[data-theme=light]').waitFor();
    });
  });

  it('the palette finds machines and actions by what is typed, and runs them', async () => {
    const page = await door().window();
    await create(page, { name: 'palette-one' });
    await create(page, { name: 'palette-two' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('palone');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'palette-one', level: 1 }).waitFor();
    await command(page, 'Show log');
    await page.getByRole('tab', { name: 'Log', selected: true }).waitFor();
    await command(page, 'Keyboard shortcuts');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('by keys alone: the menu of a row, the first command at once, the width of the list', async () => {
    const page = await door().window();
    await create(page, { name: 'by keys' });
    await row(page, 'by keys').focus();
    await page.keyboard.press('Shift+F10');
    const menu = page.getByRole('menu', { name: 'Actions for by keys' });
    // Keys are the menu's once it has the focus
    await menu.locator(':focus').waitFor();
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });

    // What was done last comes first
    await command(page, 'Show log');
    await openTab(page, 'Details');
    await page.keyboard.press('Control+k');
    await page.getByRole('menuitem', { name: 'Show log' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Log', selected: true }).waitFor();

    const width = page.getByRole('separator', { name: 'Width of the list' });
    await width.focus();
    const before = Number(await width.getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(Number(await width.getAttribute('aria-valuenow'))).toBe(before + 40);
    const list = await page.getByRole('navigation', { name: 'Machines' }).boundingBox();
    expect(Math.round(list?.width ?? 0)).toBe(before + 40);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
  });
});
