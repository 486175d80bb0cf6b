/* A token goes around by SBI IPIs to harts that sleep; then one hart asks all others at once. */
#include "sbi.h"

#define HOPS (3000ul * SCALE)
#define BROADCASTS (300ul * SCALE)

static volatile uint64_t ready, hops, answers[HARTS * 8], broadcast;

static void ring(uint64_t hart) {
  for (;;) {
    if (sleep_for(SSIE) == 0) continue;
    if (hops >= HOPS) return;
    hops = hops + 1;
    full_fence();
    uint64_t mask = hops == HOPS ? 1 : 1ul << (hart + 1) % HARTS;
    check(sbi(IPI_SEND, mask, 0, 0, 0).error == SUCCESS);
  }
}

void enter(uint64_t hart, uint64_t opaque) {
  if (hart == 0) start_others(0);
  barrier();
  if (hart == 0) {
    check(sbi(IPI_SEND, 2, 0, 0, 0).error == SUCCESS);
    ring(0);
    for (uint64_t i = 1; i <= BROADCASTS; i++) {
      broadcast = i;
      full_fence();
      /* By base and mask, by all, and with the first hart that does not exist. */
      check(sbi(IPI_SEND, OTHERS >> 1, 1, 0, 0).error == SUCCESS);
      for (int other = 1; other < HARTS; other++) while (answers[other * 8] != i);
    }
    check(sbi(IPI_SEND, 1ul << HARTS, 0, 0, 0).error == INVALID_PARAM);
    check(sbi(IPI_SEND, 1, HARTS, 0, 0).error == INVALID_PARAM);
    check(sbi(IPI_SEND, 0, -1ul, 0, 0).error == SUCCESS);
    check(sleep_for(SSIE) == SSIE);
    print("hops ");
    print_number(hops);
    print("\n");
    finish(0);
  }
  ring(hart);
  for (;;) {
    answers[hart * 8] = broadcast;
    sleep_for(SSIE);
    full_fence();
  }
}
