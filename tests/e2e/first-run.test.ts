/** What somebody sees who starts Innkeeper for the first time. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { inEachDoor } from './doors.ts';
import { ask, prompt, sees, terminal } from './user.ts';

inEachDoor((door) => {
  it('npm start leads by way of "Try Linux" to a shell prompt that answers', async () => {
    const page = await door().window();
    await page.getByRole('button', { name: 'Try Linux' }).click();
    await prompt(page, 'linux');
    await ask(page, 'linux', 'uname -m', 'riscv64');
    await sees(page, 'linux', 'Running');
    // What was said is there again in a window that comes later
    await page.reload();
    await terminal(page, 'linux').getByText('riscv64', { exact: true }).waitFor();
  });
});

inEachDoor(
  (door) => {
    it('needs no mouse', async () => {
      const page = await door().window();
      const { keyboard } = page;
      await page.getByRole('button', { name: 'Try Linux' }).waitFor();
      // Through the parts of the window to the first page, whose main button comes first
      const focused = page.locator(':focus');
      for (let presses = 0; presses < 4; presses++) {
        await keyboard.press('F6');
        if ((await focused.textContent()) === 'Try Linux') break;
      }
      expect(await focused.textContent()).toBe('Try Linux');
      await keyboard.press('Enter');
      await prompt(page, 'linux');
      await ask(page, 'linux', 'uname -m', 'riscv64');

      // Out of the console, whose keys are the guest's, and to what stops it
      await keyboard.down('ControlRight');
      await keyboard.press('F6');
      await keyboard.up('ControlRight');
      expect(
        await page
          .getByRole('region', { name: /^Console/ })
          .locator(':focus')
          .count(),
      ).toBe(0);
      await keyboard.press('Control+k');
      await keyboard.type('power off');
      await keyboard.press('Enter');
      await page.getByRole('alertdialog', { name: 'Power off linux?' }).waitFor();
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await sees(page, 'linux', 'Powered off');
    });
  },
  (dataFolder) => {
    const preferences = { version: 1, newMachine: { kernel: 'small', memory: 128 * 2 ** 20 } };
    writeFileSync(path.join(dataFolder, 'preferences.json'), JSON.stringify(preferences));
  },
);
