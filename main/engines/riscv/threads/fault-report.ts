/** What a user sees, and sends in, when the emulator itself fails. */
import type { Hart } from '../hart/instance.ts';
import { lengthOf } from '../isa/decode.ts';
import { disassemble } from '../isa/disassemble.ts';
import { X_NAMES } from '../isa/registers.ts';
import { openGuestRam } from '../memory/guest-ram.ts';
import type { CommonData } from './messages.ts';

const INSTRUCTIONS_SHOWN = 8;
const MAX_INSTRUCTION = 4;
const hex = (value: bigint) => `0x${value.toString(16).padStart(16, '0')}`;

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
  const lines: string[] = [];
  let pc = hart.get('pc');
  for (let i = 0; i < INSTRUCTIONS_SHOWN; i++) {
    const physical = hart.translate(pc, 'execute');
    const bytes = physical === undefined ? null : ram.span(Number(physical), MAX_INSTRUCTION, 'read');
    if (!bytes) {
      lines.push(`${hex(pc)}  not readable`);
      break;
    }
    const word = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    lines.push(`${hex(pc)}  ${disassemble(word, pc)}`);
    pc += BigInt(lengthOf(word & 0xffff));
  }
  return lines;
}
