/* Every hart adds to the same words by LR/SC and by AMOs; nothing may be lost, and all must get through. */
#include "bare.h"

#define TIMES (20000ul * SCALE)

static uint32_t by_lrsc32, by_amo32, highest;
static uint64_t by_lrsc64, by_amo64, bits, failures[HARTS * 8];

void enter(uint64_t hart, uint64_t opaque) {
  uint64_t retries = 0;
  barrier();
  for (uint64_t i = 1; i <= TIMES; i++) {
    uint32_t old32, status;
    uint64_t old64;
    do {
      asm volatile("lr.w %0, (%2)\n addi %0, %0, 1\n sc.w %1, %0, (%2)" : "=&r"(old32), "=&r"(status) : "r"(&by_lrsc32) : "memory");
      retries += status;
    } while (status);
    do {
      asm volatile("lr.d.aq %0, (%2)\n addi %0, %0, 3\n sc.d.rl %1, %0, (%2)" : "=&r"(old64), "=&r"(status) : "r"(&by_lrsc64) : "memory");
      retries += status;
    } while (status);
    asm volatile("amoadd.w %0, %2, (%1)" : "=r"(old32) : "r"(&by_amo32), "r"(1) : "memory");
    asm volatile("amoadd.d.aqrl %0, %2, (%1)" : "=r"(old64) : "r"(&by_amo64), "r"(1ul << 32) : "memory");
    asm volatile("amomaxu.w %0, %2, (%1)" : "=r"(old32) : "r"(&highest), "r"((uint32_t)(i * HARTS + hart)) : "memory");
    /* Each hart toggles its own bit: an even number of times. */
    asm volatile("amoxor.d %0, %2, (%1)" : "=r"(old64) : "r"(&bits), "r"(1ul << hart) : "memory");
    check((old64 >> hart & 1) == (i - 1) % 2);
  }
  failures[hart * 8] = retries;
  barrier();
  if (hart) for (;;) asm volatile("wfi");
  check(by_lrsc32 == (uint32_t)(HARTS * TIMES));
  check(by_lrsc64 == 3ul * HARTS * TIMES);
  check(by_amo32 == (uint32_t)(HARTS * TIMES));
  check(by_amo64 == (uint64_t)HARTS * TIMES << 32);
  check(highest == TIMES * HARTS + HARTS - 1);
  check(bits == 0);
  for (int i = 0; i < HARTS; i++) {
    print("retries ");
    print_number(failures[i * 8]);
    print("\n");
  }
  finish(0);
}
