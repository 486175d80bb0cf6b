import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './paths.mjs';

/**
 * Runs a program in the repository's root with this process's terminal and waits for its end.
 * Signals reach the child as well as this process (Ctrl-C goes to the whole group), so this process only waits.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions, shell?: boolean }} [options]
 * @returns {Promise<number>} its exit status; 128 + n when signal n ended it, as shells have it
 */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const ignore = () => {};
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', ignore);
    process.on('SIGTERM', forward);
    process.on('SIGHUP', forward);
    const settle = () => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', forward);
      process.off('SIGHUP', forward);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (status, signal) => {
      settle();
      resolve(signal ? 128 + constants.signals[signal] : (status ?? 1));
    });
  });
}
