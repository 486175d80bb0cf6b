import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import type { Machine } from '../../shared/contract/machine.ts';
import { menuOf } from './menu.ts';
import { trayMenuOf, trayTipOf } from './tray.ts';

type Item = MenuItemConstructorOptions;

function flat(items: readonly Item[]): Item[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
}

/** Chooses an item as a click does. */
function click(items: readonly Item[], label: string): void {
  const item = flat(items).find((each) => each.label === label);
  (item?.click as (() => void) | undefined)?.();
}

function parts(platform: NodeJS.Platform) {
  return { platform, productName: 'Innkeeper', run: vi.fn(), quit: vi.fn(), openWindow: vi.fn() };
}

describe('the application menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('has on %s no item that does nothing', (platform) => {
    for (const item of flat(menuOf(parts(platform)))) {
      expect(item.type === 'separator' || item.role !== undefined || item.submenu !== undefined || !!item.click).toBe(
        true,
      );
    }
  });

  it('has the window carry its actions out', () => {
    const given = parts('linux');
    click(menuOf(given), 'New Machine…');
    click(menuOf(given), 'Quit Innkeeper');
    expect(given.run).toHaveBeenCalledWith('machine.new');
    expect(given.quit).toHaveBeenCalledOnce();
  });

  it('asks only for actions that the window has', () => {
    const renderer = fileURLToPath(new URL('../../renderer', import.meta.url));
    const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('-actions.ts'),
    );
    const known = sources.flatMap((name) =>
      [...readFileSync(path.join(renderer, name), 'utf8').matchAll(/^ {4}id: '([\w.]+)',$/gm)].map(([, id]) => id),
    );
    const given = parts('darwin');
    for (const { click: choose } of flat(menuOf(given))) (choose as (() => void) | undefined)?.();
    const asked = given.run.mock.calls.map(([id]) => id as string);
    expect(asked).toContain('machine.new');
    expect(asked.filter((id) => !known.includes(id))).toEqual([]);
  });

  it('leaves to the window, and so to guests, all keys of actions and of editing', () => {
    const keys = flat(menuOf(parts('linux'))).filter(
      ({ accelerator, registerAccelerator }) => accelerator !== undefined && registerAccelerator !== false,
    );
    expect(keys.map(({ accelerator }) => accelerator)).toEqual(['Ctrl+Q']);
  });
});

describe('the menu of the tray', () => {
  const machine = (id: string, state: Machine['state']) =>
    ({ id, state, settings: { name: id.toUpperCase() } }) as unknown as Machine;
  const trayParts = () => ({ openWindow: vi.fn(), openMachine: vi.fn(), shutDown: vi.fn(), quit: vi.fn() });

  it('names what runs', () => {
    const machines = [machine('a', 'running'), machine('b', 'powered-off'), machine('c', 'paused')];
    const labels = trayMenuOf({ machines, ...trayParts() }).map(({ label }) => label);
    expect(labels).toContain('A (running)');
    expect(labels).toContain('C (paused)');
    expect(labels.join()).not.toContain('B');
    expect(trayTipOf(machines)).toBe('Innkeeper: 2 machines are running');
  });

  it('says that nothing runs', () => {
    const labels = trayMenuOf({ machines: [], ...trayParts() }).map(({ label }) => label);
    expect(labels).toContain('No machine is running');
    expect(trayTipOf([])).toBe('Innkeeper: no machine is running');
  });

  it('stays short', () => {
    const machines = Array.from({ length: 50 }, (_, n) => machine(`m${n}`, 'running'));
    const labels = trayMenuOf({ machines, ...trayParts() }).map(({ label }) => label);
    expect(labels).toContain('and 30 more');
  });

  it('shows and shuts down the machine that is chosen', () => {
    const given = trayParts();
    const items = trayMenuOf({ machines: [machine('a', 'running')], ...given });
    click(items, 'Show');
    click(items, 'Shut Down');
    expect(given.openMachine).toHaveBeenCalledWith('a');
    expect(given.shutDown).toHaveBeenCalledWith('a');
  });
});
