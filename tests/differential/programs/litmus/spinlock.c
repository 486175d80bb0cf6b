/* A lock by amoswap: plain accesses inside are never seen half done. */
#include "bare.h"

#define TIMES (10000ul * SCALE)

static volatile uint32_t lock, inside;
static volatile uint64_t a, b;

void enter(uint64_t hart, uint64_t opaque) {
  barrier();
  for (int i = 0; i < TIMES; i++) {
    uint32_t taken;
    do asm volatile("amoswap.w.aq %0, %2, (%1)" : "=r"(taken) : "r"(&lock), "r"(1) : "memory"); while (taken);
    check(inside == 0);
    inside = hart + 1;
    check(a == b);
    a = a + 1;
    b = b + 1;
    check(inside == hart + 1);
    inside = 0;
    asm volatile("amoswap.w.rl zero, zero, (%0)" : : "r"(&lock) : "memory");
  }
  barrier();
  if (hart) for (;;) asm volatile("wfi");
  check(a == (uint64_t)HARTS * TIMES && b == a);
  finish(0);
}
