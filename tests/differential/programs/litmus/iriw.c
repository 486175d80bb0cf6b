/* Independent reads of independent writes: two readers must not see two writes in different orders (multi-copy atomicity). */
#include "litmus.h"

static void play(uint64_t hart, struct cell *cell) {
  switch (hart) {
    case 0:
      cell->x = 1;
      break;
    case 1:
      cell->y = 1;
      break;
    case 2:
      cell->r[0] = cell->x;
      full_fence();
      cell->r[1] = cell->y;
      break;
    case 3:
      cell->r[2] = cell->y;
      full_fence();
      cell->r[3] = cell->x;
      break;
  }
}
static uint64_t outcome(const struct cell *cell) {
  return cell->r[0] * 1000 + cell->r[1] * 100 + cell->r[2] * 10 + cell->r[3];
}
static int forbidden(uint64_t value) { return value == 1010; }
