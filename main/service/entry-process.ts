import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs an entry file of this folder, such as `background`, as a process of its own, with a channel for messages. */
export function spawnEntry(
  name: string,
  options: SpawnOptions & { output: number | 'ignore' | 'inherit'; env: Readonly<Record<string, string>> },
): ChildProcess {
  const { output, env, ...others } = options;
  // Run from sources the file ends in .ts, from a build in .js
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const entry = fileURLToPath(new URL(`./${name}.entry${extension}`, import.meta.url));
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
    ...others,
    windowsHide: true,
    stdio: ['ignore', output, output, 'ipc'],
    // Electron's binary is then Node
    env: { ...process.env, ...env, ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) },
  });
}
