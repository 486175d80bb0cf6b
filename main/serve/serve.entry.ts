/** `inn serve` without the rest of `inn`: `serve.entry.ts [--port N] [--open]`. Wiring only. */
import { parseArgs } from 'node:util';
import { describeError } from '../../shared/base/errors.ts';
import { runServe } from './run.ts';

try {
  const { values } = parseArgs({ options: { port: { type: 'string' }, open: { type: 'boolean', default: false } } });
  process.exitCode = await runServe({
    open: values.open,
    ...(values.port !== undefined && { port: Number(values.port) }),
  });
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
process.exit();
