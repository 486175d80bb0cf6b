/* The integer kernel as an ordinary process, for the host and for Linux in the guest: integer ITERATIONS */
#include <stdio.h>
#include <stdlib.h>

#include "integer.h"

#define SEED 20260101

int main(int count, char **arguments) {
  static struct integer_state state;
  uint32_t iterations = count > 1 ? (uint32_t)atol(arguments[1]) : 1000;
  printf("work=%u checksum=%08x\n", iterations, integer_kernel(&state, SEED, iterations));
  return 0;
}
