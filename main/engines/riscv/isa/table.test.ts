import { describe, expect, test } from 'vitest';
import { matches } from './encoding.ts';
import type { Extension, Instruction } from './instruction.ts';
import { BY_NAME, COMPRESSED, INSTRUCTIONS } from './table.ts';

/** Every mnemonic that the extensions define for RV64, from the specification's instruction listings. */
const DEFINED: Readonly<Record<Extension, string>> = {
  I: `lui auipc jal jalr beq bne blt bge bltu bgeu lb lh lw ld lbu lhu lwu sb sh sw sd
      addi slti sltiu xori ori andi slli srli srai add sub sll slt sltu xor srl sra or and
      addiw slliw srliw sraiw addw subw sllw srlw sraw fence fence.tso ecall ebreak`,
  M: 'mul mulh mulhsu mulhu div divu rem remu mulw divw divuw remw remuw',
  A: `lr.w sc.w amoswap.w amoadd.w amoxor.w amoand.w amoor.w amomin.w amomax.w amominu.w amomaxu.w
      lr.d sc.d amoswap.d amoadd.d amoxor.d amoand.d amoor.d amomin.d amomax.d amominu.d amomaxu.d`,
  F: `flw fsw fmadd.s fmsub.s fnmsub.s fnmadd.s fadd.s fsub.s fmul.s fdiv.s fsqrt.s fsgnj.s fsgnjn.s fsgnjx.s
      fmin.s fmax.s fcvt.w.s fcvt.wu.s fcvt.l.s fcvt.lu.s fmv.x.w feq.s flt.s fle.s fclass.s
      fcvt.s.w fcvt.s.wu fcvt.s.l fcvt.s.lu fmv.w.x`,
  D: `fld fsd fmadd.d fmsub.d fnmsub.d fnmadd.d fadd.d fsub.d fmul.d fdiv.d fsqrt.d fsgnj.d fsgnjn.d fsgnjx.d
      fmin.d fmax.d fcvt.s.d fcvt.d.s feq.d flt.d fle.d fclass.d fcvt.w.d fcvt.wu.d fcvt.l.d fcvt.lu.d fmv.x.d
      fcvt.d.w fcvt.d.wu fcvt.d.l fcvt.d.lu fmv.d.x`,
  Zca: `c.addi4spn c.lw c.ld c.sw c.sd c.nop c.addi c.addiw c.li c.addi16sp c.lui c.srli c.srai c.andi
      c.sub c.xor c.or c.and c.subw c.addw c.j c.beqz c.bnez
      c.slli c.lwsp c.ldsp c.jr c.mv c.ebreak c.jalr c.add c.swsp c.sdsp`,
  Zcd: 'c.fld c.fsd c.fldsp c.fsdsp',
  Zicsr: 'csrrw csrrs csrrc csrrwi csrrsi csrrci',
  Zifencei: 'fence.i',
  Zihintpause: 'pause',
  Zba: 'add.uw sh1add sh1add.uw sh2add sh2add.uw sh3add sh3add.uw slli.uw',
  Zbb: `andn orn xnor clz clzw ctz ctzw cpop cpopw max maxu min minu sext.b sext.h zext.h
      rol rolw ror rori roriw rorw orc.b rev8`,
  Zbc: 'clmul clmulh clmulr',
  Zbs: 'bclr bclri bext bexti binv binvi bset bseti',
  Zicond: 'czero.eqz czero.nez',
  Zicbom: 'cbo.clean cbo.flush cbo.inval',
  Zicboz: 'cbo.zero',
  Svinval: 'sinval.vma sfence.w.inval sfence.inval.ir',
  Privileged: 'mret sret wfi sfence.vma',
};

const all = [...INSTRUCTIONS, ...COMPRESSED];
const hex = (word: number) => `0x${word.toString(16)}`;
const overlaps = (a: Instruction, b: Instruction) => ((a.match ^ b.match) & a.mask & b.mask) === 0;

describe('the tables', () => {
  test.each(Object.entries(DEFINED))('hold what %s defines and no more', (extension, names) => {
    const present = all.filter((insn) => insn.extension === extension).map(({ name }) => name);
    expect(present.sort()).toEqual(names.split(/\s+/).sort());
  });

  test('number instructions by their place', () => {
    expect(INSTRUCTIONS.map(({ index }) => index)).toEqual(INSTRUCTIONS.map((_, i) => i));
  });

  test('name each instruction once', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  test('have the length in the low bits', () => {
    for (const { name, mask, match } of INSTRUCTIONS) expect([name, mask & 3, match & 3]).toEqual([name, 3, 3]);
    for (const { name, mask, match } of COMPRESSED) {
      expect([name, mask & 3]).toEqual([name, 3]);
      expect(match & 3, name).not.toBe(3);
    }
  });

  test('have no two uncompressed encodings that overlap, but for declared specialisations', () => {
    const clashes = INSTRUCTIONS.flatMap((a, i) =>
      INSTRUCTIONS.slice(i + 1)
        .filter((b) => overlaps(a, b) && a.specialises !== b.name && b.specialises !== a.name)
        .map((b) => `${a.name} and ${b.name}`),
    );
    expect(clashes).toEqual([]);
  });

  test('specialise only a part of another encoding', () => {
    const specialised = INSTRUCTIONS.filter((insn) => insn.specialises !== undefined);
    expect(specialised.length).toBeGreaterThan(0);
    for (const insn of specialised) {
      const general = BY_NAME.get(insn.specialises ?? '');
      if (general === undefined) throw new Error(`${insn.name} specialises what does not exist`);
      expect([insn.name, (insn.match & general.mask) >>> 0]).toEqual([insn.name, general.match]);
      expect([insn.name, (insn.mask & general.mask) >>> 0]).toEqual([insn.name, general.mask]);
      expect(insn.mask).not.toBe(general.mask);
    }
  });

  test('have no two compressed encodings that overlap', () => {
    const clashes: string[] = [];
    for (let half = 0; half < 0x10000; half++) {
      const rows = (half & 3) === 3 ? [] : COMPRESSED.filter((row) => matches(row, half));
      if (rows.length > 1) clashes.push(`${hex(half)}: ${rows.map(({ name }) => name).join(' and ')}`);
    }
    expect(clashes).toEqual([]);
  });

  test('give expansions every operand of their base, each once', () => {
    for (const { name, base, operands, fixed } of COMPRESSED) {
      const given = [...operands.flatMap(({ fields }) => fields), ...Object.keys(fixed)];
      expect([name, ...given.sort()]).toEqual([name, ...[...base.fields].sort()]);
    }
  });

  test('mark as floating-point what touches a floating-point register', () => {
    for (const { name, fields, float } of INSTRUCTIONS) {
      const touches = [...fields].some((field) => field.startsWith('f'));
      expect([name, float]).toEqual([name, touches]);
    }
  });
});
