/** The host as firmware, for a machine whose harts share one thread: nothing has to be waited for. */
import type { HartLines } from '../devices/hart-lines.ts';
import { moveHart } from '../hart/hsm.ts';
import type { Hart } from '../hart/instance.ts';
import { callSbi, SBI_RESET_REASON, SBI_RESET_TYPE, type SbiHost } from '../hart/sbi.ts';
import { enterSupervisor } from '../hart/start.ts';
import { CAUSE, IRQ } from '../isa/csr.ts';
import type { GuestRam } from '../memory/guest-ram.ts';
import { FENCE } from '../memory/layout.ts';
import { Mailboxes } from '../threads/mailbox.ts';

const A0 = 10;
const A1 = 11;
const A6 = 16;
const A7 = 17;
const ECALL_LENGTH = 4n;

export interface FirmwareOptions {
  readonly ram: GuestRam;
  readonly harts: readonly Hart[];
  readonly mailboxes: Mailboxes;
  readonly lines: HartLines;
  /** Console output; takes what there is room for. */
  write(bytes: Uint8Array): number;
  finish(how: 'powered-off' | 'reset', code: number): void;
}

export interface Firmware {
  /** Carries out the environment call that `hart` has left its loop for. */
  call(hart: Hart): void;
}

export function openFirmware(options: FirmwareOptions): Firmware {
  const { harts, mailboxes, lines, ram } = options;
  const each = (mask: number, act: (hart: Hart) => void) => {
    for (const hart of harts) if ((mask >> hart.index) & 1) act(hart);
  };
  const host: SbiHost = {
    hartCount: harts.length,
    hsm: mailboxes,
    ram,
    identity: { mvendorid: 0n, marchid: 0n, mimpid: 0n },
    setTimer: (hart, ticks) => harts[hart]?.set('stimecmp', ticks),
    sendIpi: (mask) =>
      each(mask, (hart) => {
        Atomics.or(mailboxes.words, Mailboxes.indexOf(hart.index, 'lines'), 1 << IRQ.ssi);
        lines.attention(hart.index);
      }),
    remoteFence: (mask, fences) =>
      each(mask, (hart) => hart.fence((fences & FENCE.instruction) !== 0, (fences & FENCE.translation) !== 0)),
    startHart: (index, address, opaque) => {
      const hart = harts[index];
      if (!hart) return;
      enterSupervisor(hart, { pc: address, arguments: [BigInt(index), opaque] });
      moveHart(mailboxes, index, 'started');
    },
    reset: (type, reason) =>
      options.finish(
        type === SBI_RESET_TYPE.SHUTDOWN ? 'powered-off' : 'reset',
        reason === SBI_RESET_REASON.NONE ? 0 : 1,
      ),
    consoleWrite: (bytes) => options.write(bytes),
    consoleWriteByte: (byte) => void options.write(Uint8Array.of(byte)),
    consoleRead: () => new Uint8Array(0),
  };
  return {
    call(hart) {
      const cause = Number(hart.get('mcause'));
      if (cause !== CAUSE.ecallFromS) throw new Error(`trap ${cause} reached M-mode, where the host is`);
      const argument = (i: number) => hart.x(A0 + i);
      const result = callSbi(host, hart.index, hart.x(A7), hart.x(A6), [
        argument(0),
        argument(1),
        argument(2),
        argument(3),
        argument(4),
        argument(5),
      ]);
      switch (result.kind) {
        case 'return':
          hart.setX(A0, result.error);
          hart.setX(A1, result.value);
          break;
        case 'legacy':
          hart.setX(A0, result.value);
          break;
        case 'stop':
          moveHart(mailboxes, hart.index, 'stopped');
          return;
        case 'suspend':
          // Retentive, and a hart may come out of it at any time: so it need not go in.
          for (const event of ['suspended', 'resume', 'resumed'] as const) moveHart(mailboxes, hart.index, event);
          hart.setX(A0, 0n);
          hart.setX(A1, 0n);
          break;
        case 'reset':
          return;
      }
      hart.set('pc', hart.get('pc') + ECALL_LENGTH);
    },
  };
}
