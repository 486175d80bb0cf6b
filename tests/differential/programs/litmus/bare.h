/* What the programs need of the board, how they report, and how harts meet. Each is one file, compiled with HARTS,
 * SCALE (how often things are repeated, 1 or more) and MILLISECONDS (when to end what could go on for ever). */
#ifndef BARE_H
#define BARE_H

#include <stdint.h>

#define UART ((volatile uint8_t *)0x10000000)
#define FINISHER ((volatile uint32_t *)0x100000)
#define TICKS_PER_SECOND 10000000ul

/* Fails where the line is: the code that the test sees. */
#define check(condition) ((condition) ? (void)0 : failed(#condition, __LINE__))

static void print(const char *text) {
  while (*text) *UART = *text++;
}

static void print_number(uint64_t value) {
  char digits[21];
  int at = 20;
  digits[at] = 0;
  do digits[--at] = '0' + value % 10; while (value /= 10);
  print(digits + at);
}

/* Ends the machine; other harts stop where they are. */
__attribute__((noreturn)) static void finish(uint32_t code) {
  *FINISHER = code ? code << 16 | 0x3333 : 0x5555;
  for (;;);
}

__attribute__((noreturn, unused)) static void failed(const char *what, int line) {
  print("line ");
  print_number(line);
  print(": not ");
  print(what);
  print("\n");
  finish(1);
}

__attribute__((noreturn, used)) void trapped(uint64_t cause, uint64_t pc) {
  print("trap ");
  print_number(cause);
  print(" at ");
  print_number(pc);
  print("\n");
  finish(2);
}

static inline uint64_t ticks(void) {
  uint64_t value;
  asm volatile("csrr %0, time" : "=r"(value) : : "memory");
  return value;
}

#define full_fence() asm volatile("fence rw, rw" : : : "memory")

/* All harts meet here; what each did before, all see after. */
__attribute__((unused)) static void barrier(void) {
  static volatile uint32_t arrived, generation;
  uint32_t mine = generation;
  full_fence();
  if (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) == HARTS) {
    arrived = 0;
    full_fence();
    generation = mine + 1;
  } else {
    while (generation == mine);
  }
  full_fence();
}

void enter(uint64_t hart, uint64_t opaque);

#endif
