import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findElectron, whyNoWindow } from './electron.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inn-electron-'));
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder);
  vi.stubEnv('DISPLAY', ':7');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe.runIf(process.platform === 'linux')("npm start's window", () => {
  it('opens where the binary, a display and a user with few rights are', () => {
    writeFileSync(path.join(folder, 'electron'), '');
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(findElectron()).toBe(path.join(folder, 'electron'));
    expect(whyNoWindow()).toBeUndefined();
  });

  it('does not where one of them is missing, and says which', () => {
    const uid = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(whyNoWindow()).toContain('npx install-electron fetches it');
    writeFileSync(path.join(folder, 'electron'), '');
    uid.mockReturnValue(0);
    expect(whyNoWindow()).toBe('Electron does not run as root');
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    expect(whyNoWindow()).toBe('there is no display');
  });
});
