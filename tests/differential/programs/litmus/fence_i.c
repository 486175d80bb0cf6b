/* One hart writes code that others execute: after a remote fence.i none executes what was there before. */
#include "sbi.h"

#define TIMES (500ul * SCALE)
/* However long that takes on a busy host. */
#define LEAST 20
#define LI_A0 0x00000513 /* addi a0, zero, imm */
#define RET 0x00008067

static uint32_t code[1024] __attribute__((aligned(4096)));
static volatile uint64_t version, calls[HARTS * 8];

static uint64_t run_code(void) { return ((uint64_t (*)(void))code)(); }

void enter(uint64_t hart, uint64_t opaque) {
  if (hart) {
    for (uint64_t last = 0;;) {
      /* What is in force was fenced before it was announced; newer code may be there already. */
      uint64_t least = version;
      full_fence();
      uint64_t value = run_code();
      check(value >= least && value >= last);
      last = value;
      calls[hart * 8]++;
    }
  }
  code[0] = LI_A0;
  code[1] = RET;
  check(sbi(REMOTE_FENCE_I, 0, -1ul, 0, 0).error == SUCCESS);
  start_others(0);
  uint64_t end = ticks() + MILLISECONDS * (TICKS_PER_SECOND / 1000), i;
  for (i = 1; i <= LEAST || (i <= TIMES && ticks() < end); i++) {
    *(volatile uint32_t *)code = LI_A0 | i << 20;
    full_fence();
    check(sbi(REMOTE_FENCE_I, OTHERS, 0, 0, 0).error == SUCCESS);
    asm volatile("fence.i");
    version = i;
    check(run_code() == i);
    if (i % 50 == 1) for (int other = 1; other < HARTS; other++) {
      uint64_t before = calls[other * 8];
      while (calls[other * 8] < before + 2);
    }
  }
  check(sbi(REMOTE_FENCE_I, 1ul << HARTS, 0, 0, 0).error == INVALID_PARAM);
  print_number(i - 1);
  finish(0);
}
