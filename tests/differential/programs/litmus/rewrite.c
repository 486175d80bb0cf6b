/*
 * Every hart rewrites loops of its own over and over, fences itself and the others, and executes its own and the others'. Of its
 * own it sees exactly what it wrote last; of the others' at least what was fenced before it was announced.
 */
#include "sbi.h"

#define PAGES 32
#define MOST_VERSIONS 2047 /* what an immediate holds */
#define LEAST_ROUNDS 2
#define VERSIONS_PER_ROUND (100ul * SCALE < MOST_VERSIONS ? 100ul * SCALE : MOST_VERSIONS)

/* n in a0: adds the version to a2 n times. */
static const uint32_t loop[] = {
  0x00000613, /* addi a2, zero, 0 */
  0x00060613, /* addi a2, a2, version */
  0xfff50513, /* addi a0, a0, -1 */
  0xfe051ce3, /* bne a0, zero, to the second */
  0x00060513, /* addi a0, a2, 0 */
  0x00008067, /* ret */
};
#define WORDS (sizeof loop / sizeof *loop)

static volatile uint32_t code[HARTS][PAGES][1024] __attribute__((aligned(4096)));
static volatile uint64_t announced[HARTS][PAGES];
static volatile uint64_t versions;
static volatile int over;

static uint64_t run_code(uint64_t hart, int page, uint64_t n) {
  return ((uint64_t (*)(uint64_t))code[hart][page])(n);
}

static void fence_all(void) {
  full_fence();
  check(sbi(REMOTE_FENCE_I, 0, -1ul, 0, 0).error == SUCCESS);
  asm volatile("fence.i");
}

static void write_version(uint64_t hart, int page, uint32_t version) {
  code[hart][page][1] = loop[1] | version << 20;
  fence_all();
  announced[hart][page] = version;
}

void enter(uint64_t hart, uint64_t opaque) {
  if (hart == 0) start_others(0);
  uint64_t end = ticks() + MILLISECONDS * (TICKS_PER_SECOND / 1000);
  for (int round = 0; !over; round++) {
    for (int page = 0; page < PAGES; page++) {
      for (int i = 0; i < WORDS; i++) code[hart][page][i] = loop[i];
      announced[hart][page] = 0;
    }
    fence_all();
    barrier();
    for (uint64_t version = 1; version <= VERSIONS_PER_ROUND; version++) {
      /* Each page changes some times in a row, and then stays for a while. */
      int page = version / 4 % PAGES;
      uint64_t n = 1 + version * 37 % 1000;
      write_version(hart, page, version);
      check(run_code(hart, page, n) == n * version);
      uint64_t other = (hart + version) % HARTS;
      int its = version * 7 % PAGES;
      uint64_t least = announced[other][its];
      full_fence();
      check(run_code(other, its, n) >= n * least);
      if (hart == 0) versions++;
    }
    barrier();
    if (hart == 0) over = ticks() >= end && round + 1 >= LEAST_ROUNDS;
    barrier();
  }
  if (hart) for (;;) asm volatile("wfi");
  print_number(versions);
  finish(0);
}
