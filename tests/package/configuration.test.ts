/** What electron-builder is told about the systems whose packages cannot be built here: valid by its own schema, and as promised. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from 'electron-builder';
import { describe, expect, it } from 'vitest';
import { APP_ID } from '../../main/shell/identity.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A part of electron-builder that it does not hand out itself. */
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { getConfig, validateConfiguration } = builder('app-builder-lib/out/util/config/config') as {
  getConfig(folder: string, file: string, more: null): Promise<Configuration>;
  validateConfiguration(configuration: Configuration, log: { isEnabled: boolean; add(): void }): Promise<void>;
};
const configuration = await getConfig(ROOT, 'electron-builder.yml', null);
const validate = (given: Configuration) => validateConfiguration(given, { isEnabled: false, add: () => {} });
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'node_modules/electron/package.json'), 'utf8')) as {
  version: string;
};

describe('the configuration', () => {
  it('is valid', async () => {
    await expect(validate(configuration)).resolves.toBeUndefined();
  });

  it.each(['win', 'nsis', 'portable', 'mac', 'linux', 'deb', 'electronFuses'] as const)(
    'would not be, with a word in "%s" that means nothing',
    async (part) => {
      const wrong = { ...configuration, [part]: { ...configuration[part], noSuchOption: true } };
      await expect(validate(wrong)).rejects.toThrow(`configuration.${part} should be`);
    },
  );

  it('is about the Electron that is installed, and about the app as it calls itself', () => {
    expect(configuration).toMatchObject({ appId: APP_ID, electronVersion: version, publish: null });
  });

  it('builds for Windows an installer that asks for no rights, and a portable app', () => {
    expect(configuration.win?.target).toEqual([
      { target: 'nsis', arch: ['x64', 'arm64'] },
      { target: 'portable', arch: ['x64'] },
    ]);
    expect(configuration.nsis).toMatchObject({ perMachine: false, allowElevation: false, oneClick: false });
  });

  it('builds for macOS a disk image of a hardened app, which may compile and nothing more, ready to be notarised', () => {
    expect(configuration.mac).toMatchObject({
      target: [{ target: 'dmg', arch: ['arm64', 'x64'] }],
      hardenedRuntime: true,
      notarize: true,
    });
    for (const file of [configuration.mac?.entitlements, configuration.mac?.entitlementsInherit]) {
      const text = readFileSync(path.join(ROOT, file ?? ''), 'utf8');
      const keys = [...text.matchAll(/<key>([^<]*)<\/key>\s*<true\/>/g)].map(([, key]) => key);
      expect(keys).toEqual(['com.apple.security.cs.allow-jit']);
    }
  });

  it('builds for Linux an AppImage, a deb and a tar.gz', () => {
    expect(configuration.linux?.target).toEqual(['AppImage', 'deb', 'tar.gz']);
  });

  it('names no file of ours that is not there', () => {
    const named = [configuration.win, configuration.mac, configuration.linux].flatMap((part) =>
      [part?.extraResources ?? []].flat().map((each) => (typeof each === 'string' ? each : each.from)),
    );
    expect(named).toHaveLength(3);
    expect(named.filter((file) => !existsSync(path.join(ROOT, file ?? '')))).toEqual([]);
  });
});
