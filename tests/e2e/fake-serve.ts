/**
 * Shows the built window with made-up machines: `node tests/e2e/fake-serve.ts [machines] [port]`. For working on the window
 * without engines; nothing of it is in the product.
 */
import { openMadeUpWindow } from '../fixtures/made-up-window.ts';
import { windowHost } from '../fixtures/window-host.ts';

const [machines = '8', port = '0'] = process.argv.slice(2);
const host = windowHost({
  machines: Number(machines),
  logEntries: Number(process.env.LOG ?? 5),
  notices: process.env.NOTICE
    ? [
        {
          id: 'damaged',
          level: 'warning',
          code: 'machine-damaged',
          message: 'The machine “web” could not be read and was set aside',
          nextStep: 'Its files are kept in machines/mmmmmmmmmmzz.damaged.',
        },
      ]
    : [],
});
const { url } = await openMadeUpWindow({
  host,
  port: Number(port),
  access: process.env.VIEW_ONLY ? 'read' : 'write',
  ...(process.env.PAGE ? { page: process.env.PAGE } : {}),
});
process.stdout.write(`${url}\n`);
