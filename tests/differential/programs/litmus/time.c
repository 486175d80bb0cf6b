/* Time is one for all harts: who gets a time from another never reads an earlier one. */
#include "bare.h"

#define PASSES (4000ul * SCALE)

static volatile uint64_t holder, sent, over;

void enter(uint64_t hart, uint64_t opaque) {
  uint64_t last = 0;
  barrier();
  uint64_t end = ticks() + MILLISECONDS * (TICKS_PER_SECOND / 1000);
  for (uint64_t pass = hart; pass < PASSES && !over; pass += HARTS) {
    while (holder != pass && !over) {
      uint64_t now = ticks();
      check(now >= last);
      last = now;
    }
    if (over) break;
    full_fence();
    last = ticks();
    check(last >= sent);
    if (last >= end) over = 1;
    sent = last;
    full_fence();
    holder = pass + 1;
  }
  over = 1;
  barrier();
  if (hart == 0) {
    print_number(holder);
    finish(0);
  }
}
