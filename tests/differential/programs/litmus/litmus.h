/*
 * A litmus test: each hart has a role that it plays once in each cell of a batch, all harts at their own pace; then the
 * outcomes are counted. After MILLISECONDS, or ROUNDS batches, the counts are printed as "outcome count", and the test fails
 * if a forbidden outcome is among them.
 */
#ifndef LITMUS_H
#define LITMUS_H

#include "bare.h"

#define CELLS 256
#define LINE 64
#define ROUNDS (4000 * SCALE)

struct cell {
  volatile uint64_t x;
  uint8_t pad1[LINE - 8];
  volatile uint64_t y;
  uint8_t pad2[LINE - 8];
  /* What the roles read. */
  volatile uint64_t r[LINE / 8];
};

/* Given by the test. `outcome` is a number whose decimal digits are what was read. */
static void play(uint64_t hart, struct cell *cell);
static uint64_t outcome(const struct cell *cell);
static int forbidden(uint64_t outcome);

#define OUTCOMES 512
static struct cell cells[CELLS] __attribute__((aligned(LINE)));
static uint64_t seen[OUTCOMES], counts[OUTCOMES];
static volatile int over;

static int count(uint64_t value) {
  int i = 0;
  while (i < OUTCOMES - 1 && counts[i] && seen[i] != value) i++;
  seen[i] = value;
  counts[i]++;
  return !forbidden(value);
}

void enter(uint64_t hart, uint64_t opaque) {
  int fine = 1;
  uint64_t end = ticks() + MILLISECONDS * (TICKS_PER_SECOND / 1000);
  for (int round = 0; !over; round++) {
    barrier();
    /* So that each role is ahead now and then. */
    for (volatile uint64_t skew = (round >> hart) % 7; skew; skew--);
    for (int i = 0; i < CELLS; i++) play(hart, &cells[i]);
    barrier();
    if (hart == 0) {
      for (int i = 0; i < CELLS; i++) {
        fine &= count(outcome(&cells[i]));
        cells[i].x = cells[i].y = 0;
        for (int j = 0; j < LINE / 8; j++) cells[i].r[j] = 0;
      }
      over = ticks() >= end || round == ROUNDS || !fine;
    }
    barrier();
  }
  if (hart) for (;;) asm volatile("wfi");
  for (int i = 0; i < OUTCOMES && counts[i]; i++) {
    print_number(seen[i]);
    print(" ");
    print_number(counts[i]);
    print("\n");
  }
  finish(!fine);
}

#endif
