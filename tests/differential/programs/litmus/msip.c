/* A token goes around by the CLINT's software interrupts to harts that sleep; one that is not woken ends the ring. */
#include "bare.h"

#define HOPS (3000ul * SCALE)
#define MSIP ((volatile uint32_t *)0x2000000)
#define MTIMECMP ((volatile uint64_t *)0x2004000)

static volatile uint64_t hops;

void enter(uint64_t hart, uint64_t opaque) {
  MSIP[hart] = 0;
  asm volatile("csrw mie, %0" : : "r"(1 << 3));
  barrier();
  if (hart == 0) MSIP[0] = 1;
  for (;;) {
    uint64_t pending;
    /* mstatus.MIE is 0: WFI ends, but there is no trap. */
    asm volatile("wfi\n csrr %0, mip" : "=r"(pending) : : "memory");
    if (!(pending & 1 << 3)) continue;
    MSIP[hart] = 0;
    check(MSIP[hart] == 0);
    if (++hops == HOPS) break;
    full_fence();
    MSIP[(hart + 1) % HARTS] = 1;
  }
  /* The timer of a hart that sleeps, set by itself and then, to be sooner, by nobody else: it wakes in time. */
  asm volatile("csrw mie, %0" : : "r"(1 << 7));
  for (int i = 0; i < 20; i++) {
    uint64_t due = ticks() + TICKS_PER_SECOND / 1000, pending;
    MTIMECMP[hart] = due;
    do asm volatile("wfi\n csrr %0, mip" : "=r"(pending) : : "memory"); while (!(pending & 1 << 7));
    check(ticks() >= due);
  }
  finish(0);
}
