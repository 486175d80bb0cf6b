/* Another hart's store between LR and SC: SC fails and the store stays. Without one SC succeeds, as it must in time. */
#include "bare.h"

#define TIMES (2000ul * SCALE)

static volatile uint64_t word, turn;

static void wait_for(uint64_t value) {
  while (turn != value);
  full_fence();
}
static void pass(uint64_t value) {
  full_fence();
  turn = value;
}

/* The ways in which hart 1 writes in between; `intruder` 3 reads only. */
static void intrude(uint64_t intruder, uint64_t value) {
  uint64_t old, status;
  switch (intruder) {
    case 0:
      word = value;
      break;
    case 1:
      asm volatile("amoswap.d %0, %2, (%1)" : "=r"(old) : "r"(&word), "r"(value) : "memory");
      break;
    case 2:
      do
        asm volatile("lr.d %0, (%2)\n sc.d %1, %3, (%2)" : "=&r"(old), "=&r"(status) : "r"(&word), "r"(value) : "memory");
      while (status);
      break;
    case 3:
      old = word;
      break;
  }
}

void enter(uint64_t hart, uint64_t opaque) {
  for (uint64_t i = 0; i < TIMES; i++) {
    uint64_t seen, status, mine = 3 * i + 1, theirs = 3 * i + 2, intruder = i % 4;
    if (hart == 1) {
      wait_for(2 * i + 1);
      intrude(intruder, theirs);
      pass(2 * i + 2);
    } else if (hart == 0) {
      asm volatile("lr.d %0, (%1)" : "=r"(seen) : "r"(&word) : "memory");
      pass(2 * i + 1);
      wait_for(2 * i + 2);
      asm volatile("sc.d %0, %2, (%1)" : "=r"(status) : "r"(&word), "r"(mine) : "memory");
      check(status == (intruder != 3));
      check(word == (status ? theirs : mine));
      /* The SC has ended the reservation, whatever came of it. */
      asm volatile("sc.d %0, %2, (%1)" : "=r"(status) : "r"(&word), "r"(seen) : "memory");
      check(status != 0);
    }
  }
  if (hart == 0) finish(0);
}
