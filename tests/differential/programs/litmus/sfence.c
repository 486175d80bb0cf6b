/*
 * One hart remaps a page that others read and write: after a remote sfence.vma none reads the old page, and none writes it.
 * All harts fence each other at once in the end, as in a shootdown from many sides.
 */
#include "sbi.h"

#define TIMES (300ul * SCALE)
/* However long that takes on a busy host. */
#define LEAST 20
#define STORM (200ul * SCALE)
#define V 1ul
#define RW 6ul
#define X 8ul
#define AD 0xc0ul
#define WINDOW 0x40000000ul

static uint64_t root[512] __attribute__((aligned(4096))), middle[512] __attribute__((aligned(4096)));
static uint64_t leaves[512] __attribute__((aligned(4096)));
/* Word 0 of each says which version it is for; word 1 + hart counts that hart's visits. */
static volatile uint64_t pages[2][512] __attribute__((aligned(4096)));
static volatile uint64_t version, over, done;

static uint64_t entry(volatile void *page, uint64_t bits) { return (uint64_t)page >> 12 << 10 | bits | V; }

static void enable_paging(void) {
  asm volatile("csrw satp, %0\n sfence.vma" : : "r"(8ul << 60 | (uint64_t)root >> 12) : "memory");
}

static void storm(uint64_t hart) {
  barrier();
  for (int i = 0; i < STORM; i++) check(sbi(REMOTE_SFENCE_VMA, 0, -1ul, 0, -1ul).error == SUCCESS);
  barrier();
}

void enter(uint64_t hart, uint64_t opaque) {
  volatile uint64_t *window = (volatile uint64_t *)WINDOW;
  if (hart) {
    enable_paging();
    for (uint64_t last = 0; !over;) {
      uint64_t least = version;
      full_fence();
      uint64_t value = window[0];
      check(value >= least && value >= last);
      last = value;
      window[1 + hart]++;
    }
    storm(hart);
    for (;;) asm volatile("wfi");
  }
  root[0] = entry(0, RW | AD);
  root[1] = entry(middle, 0);
  root[2] = entry((void *)0x80000000, RW | X | AD);
  middle[0] = entry(leaves, 0);
  leaves[0] = entry(pages[0], RW | AD);
  enable_paging();
  start_others(0);
  for (int other = 1; other < HARTS; other++) while (!pages[0][1 + other]);
  uint64_t end = ticks() + MILLISECONDS * (TICKS_PER_SECOND / 1000), i;
  for (i = 1; i <= LEAST || (i <= TIMES && ticks() < end); i++) {
    volatile uint64_t *fresh = pages[i % 2], *stale = pages[1 - i % 2];
    fresh[0] = i;
    full_fence();
    *(volatile uint64_t *)leaves = entry(fresh, RW | AD);
    full_fence();
    check(sbi(REMOTE_SFENCE_VMA, OTHERS, 0, WINDOW, 4096).error == SUCCESS);
    asm volatile("sfence.vma %0" : : "r"(window) : "memory");
    version = i;
    check(window[0] == i);
    uint64_t visits[HARTS];
    for (int other = 1; other < HARTS; other++) visits[other] = stale[1 + other];
    if (i % 30 == 1) for (int other = 1; other < HARTS; other++) {
      uint64_t before = fresh[1 + other];
      while (fresh[1 + other] < before + 2);
    }
    for (volatile int pause = 0; pause < 500; pause++);
    for (int other = 1; other < HARTS; other++) check(stale[1 + other] == visits[other]);
  }
  over = 1;
  storm(0);
  print_number(i - 1);
  finish(0);
}
