/** What a user sees, and sends in, when the emulator itself fails. */
import type { Hart } from '../hart/instance.ts';
import { lengthOf } from '../isa/decode.ts';
import { disassemble } from '../isa/disassemble.ts';
import { X_NAMES } from '../isa/registers.ts';
import { openGuestRam } from '../memory/guest-ram.ts';
import type { CommonData } from './messages.ts';

const INSTRUCTIONS_SHOWN = 8;
const hex = (value: bigint) => `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`;

export function describeFault(error: unknown, hart: Hart, data: Pick<CommonData, 'memory' | 'layout'>): string {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `The emulator failed at hart ${hart.index}: ${cause}`,
    '',
    `pc ${hex(hart.get('pc'))}  mode ${hart.get32('mode')}  satp ${hex(hart.get('satp'))}  steps ${hart.get('steps')}`,
    ...registers(hart),
    '',
    ...code(hart, data),
  ].join('\n');
}

function registers(hart: Hart): string[] {
  const lines: string[] = [];
  for (let i = 0; i < X_NAMES.length; i += 4) {
    const cells = X_NAMES.slice(i, i + 4).map((name, j) => `${name.padStart(4)} ${hex(hart.x(i + j))}`);
    lines.push(cells.join(' '));
  }
  return lines;
}

function code(hart: Hart, { memory, layout }: Pick<CommonData, 'memory' | 'layout'>): string[] {
  const ram = openGuestRam(memory, layout);
  /** Each half by itself, for the second may be in another page. */
  const half = (address: bigint): number | undefined => {
    const physical = hart.translate(address, 'execute');
    const bytes = physical === undefined ? null : ram.span(Number(physical), 2, 'read');
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, true) : undefined;
  };
  const lines: string[] = [];
  let pc = hart.get('pc');
  for (let i = 0; i < INSTRUCTIONS_SHOWN; i++) {
    const low = half(pc);
    const length = low === undefined ? 0 : lengthOf(low);
    const high = length === 4 ? half(pc + 2n) : 0;
    if (low === undefined || high === undefined) {
      lines.push(`${hex(pc)}  not readable`);
      break;
    }
    lines.push(`${hex(pc)}  ${disassemble((low | (high << 16)) >>> 0, pc)}`);
    pc += BigInt(length);
  }
  return lines;
}
