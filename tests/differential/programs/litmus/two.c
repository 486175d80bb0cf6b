/* Message passing, store buffering, load buffering and two writes to two places; FENCED forbids what RVWMO then forbids. */
#include "litmus.h"

#ifdef FENCED
#define order() full_fence()
#else
#define order() asm volatile("" : : : "memory")
#endif

#if defined(MESSAGE_PASSING)
static void play(uint64_t hart, struct cell *cell) {
  if (hart == 0) {
    cell->x = 1;
#ifdef RELEASE
    uint64_t old;
    asm volatile("amoswap.d.rl %0, %2, (%1)" : "=r"(old) : "r"(&cell->y), "r"(1ul) : "memory");
#else
    order();
    cell->y = 1;
#endif
  } else if (hart == 1) {
#ifdef RELEASE
    uint64_t flag;
    asm volatile("lr.d.aq %0, (%1)" : "=r"(flag) : "r"(&cell->y) : "memory");
    cell->r[0] = flag;
#else
    cell->r[0] = cell->y;
    order();
#endif
    cell->r[1] = cell->x;
  }
}
static uint64_t outcome(const struct cell *cell) { return cell->r[0] * 10 + cell->r[1]; }
#define FORBIDDEN 10

#elif defined(STORE_BUFFERING)
static void play(uint64_t hart, struct cell *cell) {
  if (hart == 0) {
    cell->x = 1;
    order();
    cell->r[0] = cell->y;
  } else if (hart == 1) {
    cell->y = 1;
    order();
    cell->r[1] = cell->x;
  }
}
/* 1 is added to each, so that all zeros are seen as an outcome too. */
static uint64_t outcome(const struct cell *cell) { return (cell->r[0] + 1) * 10 + cell->r[1] + 1; }
#define FORBIDDEN 11

#elif defined(LOAD_BUFFERING)
static void play(uint64_t hart, struct cell *cell) {
  if (hart == 0) {
    cell->r[0] = cell->x;
    order();
    cell->y = 1;
  } else if (hart == 1) {
    cell->r[1] = cell->y;
    order();
    cell->x = 1;
  }
}
static uint64_t outcome(const struct cell *cell) { return cell->r[0] * 10 + cell->r[1]; }
#define FORBIDDEN 11

#elif defined(TWO_WRITES)
static void play(uint64_t hart, struct cell *cell) {
  if (hart == 0) {
    cell->x = 1;
    order();
    cell->y = 2;
  } else if (hart == 1) {
    cell->y = 1;
    order();
    cell->x = 2;
  }
}
static uint64_t outcome(const struct cell *cell) { return cell->x * 10 + cell->y; }
#define FORBIDDEN 11
#endif

static int forbidden(uint64_t value) {
#if defined(FENCED) || defined(RELEASE)
  return value == FORBIDDEN;
#else
  return 0;
#endif
}
