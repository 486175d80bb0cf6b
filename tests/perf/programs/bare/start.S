/*
 * Entry in M-mode, all harts at once. Harts from HARTS upwards sleep. With SV39, hart 0 builds an identity map of
 * 4 KiB pages for the first 2 MiB of RAM and a gigapage for the devices, and every hart enters main in S-mode.
 */
#define STACK_SHIFT 14

.section .text.start, "ax"
.globl _start
_start:
  csrr s0, mhartid
  li t0, HARTS
  bgeu s0, t0, sleep
  la t0, trap
  csrw mtvec, t0
  csrw mie, zero
  csrwi mcountinhibit, 0
  la sp, stacks
  addi t0, s0, 1
  slli t0, t0, STACK_SHIFT
  add sp, sp, t0
#ifdef SV39
  /* PMP entry 0: everything allowed (NAPOT over the whole address space). */
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  csrwi mcounteren, 7
  la s1, map_ready
  bnez s0, wait_for_map
  call build_map
  li t0, 1
  fence rw, rw
  sw t0, 0(s1)
wait_for_map:
  lw t0, 0(s1)
  beqz t0, wait_for_map
  fence rw, rw
  la t0, root_table
  srli t0, t0, 12
  li t1, 8 << 60 /* satp.MODE = Sv39 */
  or t0, t0, t1
  csrw satp, t0
  sfence.vma
  li t0, 3 << 11
  csrc mstatus, t0
  li t0, 1 << 11 /* mstatus.MPP = S */
  csrs mstatus, t0
  la t0, enter
  csrw mepc, t0
  mret
enter:
#endif
  mv a0, s0
  call main
sleep:
  wfi
  j sleep

/* Nothing is expected to trap: tell which cause it was and fail. */
.balign 4
trap:
  csrr a0, mcause
  csrr a1, mepc
  call unexpected_trap
