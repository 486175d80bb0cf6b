/** The app's main process. Wiring only. */
import path from 'node:path';
import { app, crashReporter, dialog, protocol } from 'electron';
import { describeError, isInnError } from '../../shared/base/errors.ts';
import { dataRoot } from '../platform/paths.ts';
import { productVersion } from '../platform/version.ts';
import { DesktopApp } from './app.ts';
import { writeCrashReport } from './crash-reports.ts';
import { findInstallation } from './installation.ts';
import { APP_SCHEME } from './navigation.ts';
import { type Updater, watchForUpdates } from './updates.ts';

const crashes = path.join(dataRoot(), 'crashes');
app.setPath('crashDumps', crashes);
// Kept on this computer: nothing is ever sent
crashReporter.start({ uploadToServer: false });
protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true } }]);
app.enableSandbox();

function fail(error: unknown): void {
  if (isInnError(error)) dialog.showErrorBox(error.message, error.nextStep);
  else {
    const facts = { version: productVersion(), electron: process.versions.electron, platform: process.platform };
    const file = writeCrashReport(crashes, error, facts);
    dialog.showErrorBox('Innkeeper has a fault and must end', `${describeError(error)}\n\nA report is in ${file}.`);
  }
  app.exit(70);
}
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

/** What a file manager hands over, among what Chromium and Electron put on the command line. */
function filesOf(args: readonly string[], folder: string): string[] {
  return args.filter((arg) => /\.elf$/i.test(arg) && !arg.startsWith('-')).map((file) => path.resolve(folder, file));
}

if (app.requestSingleInstanceLock()) {
  const early: string[] = [];
  let desktop: DesktopApp | undefined;
  app.on('open-file', (event, file) => {
    event.preventDefault();
    if (desktop) desktop.openFile(file);
    else early.push(file);
  });
  app.on('second-instance', (_event, args, folder) => desktop?.again(filesOf(args.slice(1), folder)));
  app
    .whenReady()
    .then(async () => {
      const created = new DesktopApp(findInstallation(import.meta.dirname));
      await created.start([...filesOf(process.argv.slice(1), process.cwd()), ...early]);
      desktop = created;
      watchForUpdates(
        async () => (await import('electron-updater')).default.autoUpdater as Updater,
        (text) => process.stderr.write(`${text}\n`),
      );
    })
    .catch(fail);
} else app.quit();
