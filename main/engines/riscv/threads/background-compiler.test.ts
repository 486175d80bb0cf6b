import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addi, asm } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { compileRegions } from '../jit/compile.ts';
import { BackgroundCompiler } from './background-compiler.ts';
import type { CompileAnswer, CompileOrder } from './messages.ts';

const THRESHOLD = 3;
const PAGE = 0x1000n;

let compiler: BackgroundCompiler;
let m: BareHart;
/** The compile thread's end. */
let thread: MessagePort;

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  thread = port1;
  m = new BareHart({
    compileAt: 0,
    host: { compiler: { threshold: THRESHOLD, hot: (slot, offset) => compiler.hot(slot, offset) } },
  });
  compiler = new BackgroundCompiler(m.hart.code, port2);
});
afterEach(() => thread.close());

/** The compile thread's next order, if there is one. */
function nextOrder(): CompileOrder | undefined {
  return (receiveMessageOnPort(thread) as { message: CompileOrder } | undefined)?.message;
}

function answer({ requests }: CompileOrder): void {
  const compiled = compileRegions(requests);
  const reply: CompileAnswer = compiled
    ? {
        kind: 'compiled',
        module: new WebAssembly.Module(compiled.bytes),
        bytes: compiled.bytes.length,
        regions: compiled.regions,
      }
    : { kind: 'nothing' };
  thread.postMessage(reply);
}

/** Has the hart loop in `pages` pages, whose code adds `value` to x1. */
function loopIn(pages: number, value: number): void {
  for (let page = 0; page < pages; page++) {
    const at = RAM + 0x1_0000n + BigInt(page) * PAGE;
    m.poke(at, addi(1, 1, value), asm('jal', { rd: 0, imm: -4 }));
    m.hart.fence(true, false);
    m.pc = at;
    m.run(4 * THRESHOLD);
  }
}

test('what has become hot is compiled, and runs', () => {
  loopIn(1, 1);
  compiler.exchange();
  const order = nextOrder();
  expect(order?.requests.length).toBe(1);
  answer(order!);
  compiler.exchange();
  m.run(1000);
  expect(Number(m.hart.get('compiledSteps'))).toBeGreaterThan(900);
});

test('what has changed by the time is neither sent nor installed', () => {
  loopIn(3, 1);
  loopIn(2, 2);
  compiler.exchange();
  const order = nextOrder();
  // The third, and the new ones
  expect(order?.requests.length).toBe(3);
  loopIn(1, 3);
  answer(order!);
  compiler.exchange();
  expect(compiler.cache.statistics).toMatchObject({ regions: 2, stale: 1 });
});

test('a compiler that does not keep up is not buried in orders', () => {
  loopIn(200, 1);
  let requests = 0;
  for (let value = 2; value < 40; value++) {
    loopIn(200, value);
    if (value % 4 === 0) compiler.exchange();
  }
  compiler.exchange();
  for (let order = nextOrder(); order; order = nextOrder()) {
    requests += order.requests.length;
    thread.postMessage({ kind: 'nothing' } satisfies CompileAnswer);
    compiler.exchange();
  }
  // Without a bound there would be 8000
  expect(requests).toBeLessThanOrEqual(256 + 32);
  // And what was put off comes again
  loopIn(1, 100);
  m.run(100_000);
  compiler.exchange();
  expect(nextOrder()).toBeDefined();
});
