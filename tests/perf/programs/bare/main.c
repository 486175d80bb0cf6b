/*
 * Runs the integer kernel: a warm-up of a tenth, then the measured part, each between marker lines.
 * With HARTS > 1 every hart does the whole of it and hart 0 speaks for all when the last is done.
 * Build with ITERATIONS, HARTS and, for S-mode with paging, SV39.
 */
#include "../integer.h"
#include "machine.h"

#define SEED 20260101

static struct integer_state states[HARTS];
static uint32_t checksums[HARTS];
static uint32_t phase, arrived;
char stacks[HARTS << 14] __attribute__((aligned(16)));

static void meet(void) {
  uint32_t now = __atomic_load_n(&phase, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == HARTS) {
    arrived = 0;
    __atomic_store_n(&phase, now + 1, __ATOMIC_RELEASE);
  } else {
    while (__atomic_load_n(&phase, __ATOMIC_ACQUIRE) == now);
  }
}

static void run(uint64_t hart, const char *name, uint32_t iterations) {
  if (hart == 0) {
    print("@@BEGIN ");
    print(name);
    print("\n");
  }
  meet();
  uint64_t before = instructions();
  checksums[hart] = integer_kernel(&states[hart], SEED, iterations);
  uint64_t after = instructions();
  meet();
  if (hart != 0) return;
  print("@@END ");
  print(name);
  print(" work=");
  print_number((uint64_t)iterations * HARTS);
  print(" instret=");
  print_number(after - before);
  print(" check=");
  print_hex(checksums[0]);
  print("\n");
  for (int i = 1; i < HARTS; i++) {
    if (checksums[i] != checksums[0]) {
      print("the harts' checksums differ\n");
      finish(1);
    }
  }
}

int main(uint64_t hart) {
  run(hart, "warm", ITERATIONS / 10);
  run(hart, "integer", ITERATIONS);
  if (hart != 0) return 0;
  print("@@DONE\n");
  finish(0);
}
