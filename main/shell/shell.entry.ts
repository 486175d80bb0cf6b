/** The app's main process. Wiring only. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, crashReporter, dialog, protocol } from 'electron';
import { describeError, InnError, isInnError } from '../../shared/base/errors.ts';
import { dataRoot } from '../platform/paths.ts';
import { DesktopApp } from './app.ts';
import { factsOfApp, writeCrashReport } from './crash-reports.ts';
import { watchForFaults } from './faults.ts';
import { APP_ID, APP_NAME } from './identity.ts';
import { findInstallation } from './installation.ts';
import { APP_SCHEME } from './navigation.ts';
import { filesOf, openedFiles } from './opened-files.ts';
import { type Updater, watchForUpdates } from './updates.ts';

const crashes = path.join(dataRoot(), 'crashes');
const report = (error: unknown) => writeCrashReport(crashes, error, factsOfApp());

function fail(error: unknown): void {
  if (isInnError(error)) dialog.showErrorBox(error.message, error.nextStep);
  else {
    dialog.showErrorBox(
      'Innkeeper has a fault and must end',
      `${describeError(error)}\n\nA report is in ${report(error)}.`,
    );
  }
  app.exit(70);
}
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

async function start(): Promise<void> {
  const desktop = new DesktopApp(findInstallation(import.meta.dirname), report);
  app.on('second-instance', () => desktop.show());
  if (!(await desktop.start())) return;
  files.flowTo((file) => desktop.openFile(file));
  watchForUpdates(
    async () => (await import('electron-updater')).default.autoUpdater as Updater,
    (text) => process.stderr.write(`${text}\n`),
  );
}

/** Makes a folder of the data folder; Electron takes no path that does not exist. */
function folder(name: string): string {
  const made = path.join(dataRoot(), name);
  try {
    mkdirSync(made, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new InnError(`The data folder cannot be used: ${describeError(cause)}`, {
      code: 'data-folder-unusable',
      nextStep: `Make ${dataRoot()} a folder that you may write to, or set INN_HOME to one.`,
      cause,
    });
  }
  return made;
}

/** All that has to be so before Electron is ready. */
function prepare(): void {
  app.setName(APP_NAME);
  app.setAppUserModelId(APP_ID);
  // One app for each data folder: Electron's lock is in this one
  app.setPath('userData', folder('chromium'));
  app.setPath('crashDumps', folder('crashes'));
  // Kept on this computer: nothing is ever sent
  crashReporter.start({ uploadToServer: false });
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true } }]);
  app.enableSandbox();
}

const files = openedFiles();

function run(): void {
  prepare();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  files.add(filesOf(process.argv.slice(1), process.cwd()));
  app.on('open-file', (event, file) => {
    event.preventDefault();
    files.add([file]);
  });
  app.on('second-instance', (_event, args, folder) => files.add(filesOf(args.slice(1), folder)));
  watchForFaults({
    app,
    report,
    askToReload: async () => {
      const { response } = await dialog.showMessageBox({
        type: 'error',
        message: 'The window broke down again',
        detail: `Machines are not affected. A report is in ${crashes}.`,
        buttons: ['Show It Again', 'Leave It'],
        cancelId: 1,
        noLink: true,
      });
      return response === 0;
    },
  });
  app.whenReady().then(start).catch(fail);
}

try {
  run();
} catch (error) {
  fail(error);
}
