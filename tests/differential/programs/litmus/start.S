/*
 * Every hart enters here with its number in a0: all at once in M-mode, in S-mode as the SBI starts them (a1 then holds the
 * opaque value). STATUS and the like are the CSRs of the mode in which the program runs.
 */
#ifdef SUPERVISOR
#define TVEC stvec
#define CAUSE scause
#define EPC sepc
#else
#define TVEC mtvec
#define CAUSE mcause
#define EPC mepc
#endif
#define STACK_SHIFT 14

.section .text.start, "ax"
.globl _start
_start:
  la t0, unexpected
  csrw TVEC, t0
  la sp, stacks
  addi t0, a0, 1
  slli t0, t0, STACK_SHIFT
  add sp, sp, t0
  call enter
1:
  wfi
  j 1b

/* Nothing is expected to trap unless the program says so. */
.balign 4
unexpected:
  csrr a0, CAUSE
  csrr a1, EPC
  la sp, stacks
  li t0, 1 << STACK_SHIFT
  add sp, sp, t0
  call trapped

.bss
.balign 16
stacks:
  .skip 8 << STACK_SHIFT
