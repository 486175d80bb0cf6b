/* CoRR: reads of one place by one hart never go back; no fences. */
#include "litmus.h"

static void play(uint64_t hart, struct cell *cell) {
  if (hart == 0) {
    cell->x = 1;
    cell->x = 2;
    cell->x = 3;
  } else {
    /* A digit for each value read. */
    uint64_t a = cell->x, b = cell->x, c = cell->x;
    cell->r[hart] = a * 100 + b * 10 + c;
  }
}
static uint64_t outcome(const struct cell *cell) { return cell->r[1] * 1000 + cell->r[2]; }
static int goes_back(uint64_t value) {
  uint64_t a = value / 100, b = value / 10 % 10, c = value % 10;
  return a > b || b > c;
}
static int forbidden(uint64_t value) { return goes_back(value / 1000) || goes_back(value % 1000); }
