/** Several windows onto one host: what one changes the others show, and nobody overwrites what they have not seen. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, READABLE_TERMINALS } from '../fixtures/browser.ts';
import { enter, inEachDoor } from './doors.ts';
import { ask, create, openTab, powerOff, prompt, row, sees, terminal, tool } from './user.ts';

let strangers: Browser;

beforeAll(async () => {
  strangers = await launchBrowser(READABLE_TERMINALS);
});

afterAll(() => strangers.close());

inEachDoor((door) => {
  it('one value edited in both: the later is shown the difference, and chooses', async () => {
    const page = await door().window();
    await create(page, { name: 'shared' });
    const other = await door().another();
    await row(other, 'shared').click();
    const commandLine = /^Command line: /;
    for (const each of [page, other]) await each.getByRole('button', { name: commandLine }).click();
    await page.getByRole('textbox', { name: 'Command line' }).fill('quiet');
    await other.getByRole('textbox', { name: 'Command line' }).fill('debug');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Command line: quiet. Change' }).waitFor();

    await other.keyboard.press('Enter');
    const difference = other
      .getByRole('alert')
      .filter({ hasText: 'Changed elsewhere in the meantime: it is now quiet.' });
    await difference.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByRole('button', { name: 'Command line: debug. Change' }).waitFor();
  });

  it('Settings opened in both: the later is asked for each value, and what does not clash is merged', async () => {
    const page = await door().window();
    await create(page, { name: 'both' });
    const other = await door().another();
    await row(other, 'both').click();
    const dialogs = [page, other].map((each) => each.getByRole('dialog', { name: 'Settings of both' }));
    const [mine, theirs] = dialogs;
    if (!mine || !theirs) throw new Error('there are two windows');
    for (const each of [page, other]) await tool(each, 'Settings').click();
    await theirs.getByRole('textbox', { name: 'Group' }).fill('lab');
    for (const [dialog, line] of [
      [theirs, 'quiet'],
      [mine, 'debug'],
    ] as const) {
      await dialog.getByRole('searchbox', { name: 'Search settings' }).fill('command line');
      await dialog.getByRole('textbox', { name: 'Command line' }).fill(line);
    }
    await theirs.getByRole('button', { name: /^OK/ }).click();
    await theirs.waitFor({ state: 'detached' });

    await mine.getByText('Somebody else changed this machine while you did').waitFor();
    await mine.getByText('quiet').waitFor();
    await mine.getByRole('radiogroup', { name: 'Which Command line to keep' }).getByText('debug').click();
    await mine.getByRole('button', { name: /^OK/ }).click();
    await mine.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Command line: debug. Change' }).waitFor();
    await page.getByRole('button', { name: 'Group: lab. Change' }).waitFor();
  });

  it('a view-only link lets somebody look at machines and consoles, once, and change nothing', async () => {
    const page = await door().window();
    await create(page, { name: 'seen', start: true });
    await prompt(page, 'seen');
    const asker =
      (await page.getByRole('button', { name: 'Share view-only link' }).count()) > 0 ? page : await door().another();
    await asker.getByRole('button', { name: 'Share view-only link' }).click();
    const dialog = asker.getByRole('dialog', { name: 'Share a view-only link' });
    const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    const context = await enter(strangers, link);
    const [viewer] = context.pages();
    if (!viewer) throw new Error('the viewer has no page');
    await viewer.getByText('View only', { exact: true }).first().waitFor();
    await row(viewer, 'seen').click();
    await openTab(viewer, 'Consoles');
    await prompt(viewer, 'seen');
    expect(await tool(viewer, 'Pause').isDisabled()).toBe(true);
    expect(await tool(viewer, 'New machine').isDisabled()).toBe(true);
    await viewer.getByRole('button', { name: 'Preferences', exact: true }).click();
    const preferences = viewer.getByRole('dialog', { name: 'Preferences' });
    expect(await preferences.getByRole('button', { name: /Theme/ }).isDisabled()).toBe(true);
    await preferences.getByRole('button', { name: 'Close' }).last().click();

    // What the viewer types goes nowhere; what the owner types is seen by both
    await terminal(viewer, 'seen').click({ force: true });
    await viewer.keyboard.type('echo from the viewer\n');
    await page
      .getByRole('region', { name: /^Console/ })
      .locator('textarea')
      .focus();
    await ask(page, 'seen', 'echo from the $((1))st', 'from the 1st');
    await terminal(viewer, 'seen').getByText('from the 1st', { exact: true }).waitFor();
    expect(await terminal(viewer, 'seen').getByText('from the viewer').count()).toBe(0);
    await powerOff(page, 'seen');
    await sees(viewer, 'seen', 'Powered off');

    const late = await enter(strangers, link);
    await late.pages()[0]?.getByRole('heading', { name: 'This address cannot be used any more' }).waitFor();
    await late.pages()[0]?.getByText('writes a new address').waitFor();
    for (const each of [context, late]) await each.close();
  });

  it('an address whose token is mistyped says where a good one is to be had', async () => {
    const page = await door().another();
    const context = await enter(strangers, new URL('/enter?token=mistyped', page.url()).href);
    await context.pages()[0]?.getByRole('heading', { name: 'This address cannot be used any more' }).waitFor();
    await context.close();
    const uninvited = await enter(strangers, new URL('/', page.url()).href);
    await uninvited.pages()[0]?.getByRole('heading', { name: 'This browser is not let in yet' }).waitFor();
    await uninvited.close();
  });
});
