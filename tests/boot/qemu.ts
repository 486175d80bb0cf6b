import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = 'qemu-system-riscv64';

/** A machine under QEMU with a console that tests type into. */
export interface QemuMachine {
  /** Everything that the console has shown so far. */
  readonly text: string;
  type(text: string): void;
  /** Waits until `pattern` shows up in what comes after the last match, and returns the match. */
  expect(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits until QEMU ends; its exit status. */
  ended(): Promise<number | null>;
  stop(): void;
}

export interface QemuOptions {
  kernel: string;
  initrd: string;
  append: string;
  /** `uart` is the board's own port, the others a virtio console on either transport. */
  console: 'uart' | 'virtio-pci' | 'virtio-mmio';
  harts?: number;
  devices?: readonly string[];
}

/** How long one expectation may take. QEMU boots the stock kernel in about 4 s on an idle machine. Milliseconds. */
const PATIENCE = 60_000;

const CONSOLES: Readonly<Record<QemuOptions['console'], readonly string[]>> = {
  uart: ['-serial', 'chardev:console'],
  'virtio-pci': ['-serial', 'none', '-device', 'virtio-serial-pci', '-device', 'virtconsole,chardev=console'],
  'virtio-mmio': ['-serial', 'none', '-device', 'virtio-serial-device', '-device', 'virtconsole,chardev=console'],
};

export function startQemu(options: QemuOptions): QemuMachine {
  const args = ['-M', 'virt', '-m', '256', '-smp', String(options.harts ?? 1), '-display', 'none', '-monitor', 'none'];
  args.push('-no-reboot', '-chardev', 'stdio,id=console,signal=off', ...CONSOLES[options.console]);
  args.push('-kernel', options.kernel, '-initrd', options.initrd, '-append', options.append);
  for (const device of options.devices ?? []) args.push('-device', device);
  return new Machine(spawn(PROGRAM, args));
}

class Machine implements QemuMachine {
  text = '';
  #seen = 0;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<number | null>;
  #wake: () => void = () => {};

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#closed = once(child, 'close').then(([status]) => status as number | null);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk;
        this.#wake();
      });
    }
    // Typing into a machine that has just ended is the test's problem, which then sees it end.
    child.stdin.on('error', () => {});
    void this.#closed.then(() => this.#wake());
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const match = pattern.exec(this.text.slice(this.#seen));
      if (match) {
        this.#seen += match.index + match[0].length;
        return match;
      }
      const left = deadline - Date.now();
      if (left <= 0 || this.#child.exitCode !== null) {
        throw new Error(`${left <= 0 ? 'Waited in vain' : 'QEMU ended'} for ${pattern}. Console:\n${this.text}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  ended(): Promise<number | null> {
    return this.#closed;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
