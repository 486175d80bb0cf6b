/** The app's main process. Wiring only. */
import path from 'node:path';
import { app, crashReporter, dialog, protocol } from 'electron';
import { describeError, isInnError } from '../../shared/base/errors.ts';
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

app.setName(APP_NAME);
app.setAppUserModelId(APP_ID);
// One app for each data folder: Electron's lock is in this one
app.setPath('userData', path.join(dataRoot(), 'chromium'));
app.setPath('crashDumps', crashes);
// Kept on this computer: nothing is ever sent
crashReporter.start({ uploadToServer: false });
protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true } }]);
app.enableSandbox();

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

const files = openedFiles();
if (app.requestSingleInstanceLock()) {
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
} else app.quit();
