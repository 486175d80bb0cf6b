/* Hart state management: start, stop, suspend, and every refusal. */
#include "sbi.h"

#define TIMES (200ul * SCALE)
#define AGAIN 0x1000

static volatile uint64_t started, opaque_seen, resumed, go_on;

static void second(uint64_t hart, uint64_t opaque) {
  uint64_t satp, status;
  asm volatile("csrr %0, satp\n csrr %1, sstatus" : "=r"(satp), "=r"(status));
  check(hart == 1 && satp == 0 && !(status & 2));
  opaque_seen = opaque;
  full_fence();
  started = started + 1;
  if (opaque < AGAIN) {
    /* Suspended until the IPI, which stays pending. */
    asm volatile("csrw sie, %0" : : "r"(SSIE));
    struct sbi_result result = sbi(HART_SUSPEND, 0, 0, 0, 0);
    check(result.error == SUCCESS);
    uint64_t pending;
    asm volatile("csrr %0, sip" : "=r"(pending));
    check(pending & SSIE);
    asm volatile("csrc sip, %0" : : "r"(SSIE));
    full_fence();
    resumed = resumed + 1;
    while (!go_on);
    /* And until a timer. */
    uint64_t due = ticks() + TICKS_PER_SECOND / 1000;
    asm volatile("csrw sie, %0" : : "r"(STIE));
    sbi(SET_TIMER, due, 0, 0, 0);
    check(sbi(HART_SUSPEND, 0, 0, 0, 0).error == SUCCESS);
    check(ticks() >= due);
    resumed = resumed + 1;
  }
  sbi(HART_STOP, 0, 0, 0, 0);
  check(!"hart_stop returned");
}

void enter(uint64_t hart, uint64_t opaque) {
  if (hart) second(hart, opaque);
  uint64_t entry = (uint64_t)_start;
  check(status_of(0) == STARTED);
  for (uint64_t other = 1; other < HARTS; other++) check(status_of(other) == STOPPED);
  check(sbi(HART_STATUS, HARTS, 0, 0, 0).error == INVALID_PARAM);
  check(sbi(HART_START, HARTS, entry, 0, 0).error == INVALID_PARAM);
  check(sbi(HART_START, 1, 0x1000, 0, 0).error == INVALID_ADDRESS);
  check(sbi(HART_START, 0, entry, 0, 0).error == ALREADY_AVAILABLE);
  check(sbi(HART_SUSPEND, 1, 0, 0, 0).error == INVALID_PARAM);
  check(status_of(1) == STOPPED);

  check(sbi(HART_START, 1, entry, 7, 0).error == SUCCESS);
  while (!started);
  check(opaque_seen == 7);
  check(sbi(HART_START, 1, entry, 8, 0).error == ALREADY_AVAILABLE);
  while (status_of(1) != SUSPENDED);
  /* Fences reach it where it is, and do not wake it. */
  check(sbi(REMOTE_FENCE_I, OTHERS, 0, 0, 0).error == SUCCESS);
  check(status_of(1) == SUSPENDED && !resumed);
  check(sbi(IPI_SEND, 2, 0, 0, 0).error == SUCCESS);
  while (resumed != 1);
  check(status_of(1) == STARTED);
  go_on = 1;
  while (resumed != 2);
  while (status_of(1) != STOPPED);
  check(sbi(REMOTE_FENCE_I, 0, -1ul, 0, 0).error == SUCCESS);

  for (uint64_t i = 0; i < TIMES; i++) {
    uint64_t before = started;
    check(sbi(HART_START, 1, entry, AGAIN + i, 0).error == SUCCESS);
    while (status_of(1) != STOPPED);
    check(started == before + 1 && opaque_seen == AGAIN + i);
  }
  finish(0);
}
