/* The integer kernel: list, matrix, state machine and CRC, each about a third of native time (CRC within all), nothing
 * but integers, all in the first-level cache. */
#ifndef INTEGER_H
#define INTEGER_H

#include <stdint.h>

enum { LIST_NODES = 64, MATRIX_SIZE = 12, TEXT_BYTES = 768 };

struct node {
  struct node *next;
  int16_t key;
  uint16_t place;
};

/* Everything one run touches, so that several harts can run at once, each on a state of its own. */
struct integer_state {
  struct node nodes[LIST_NODES];
  struct node *head;
  int16_t a[MATRIX_SIZE][MATRIX_SIZE];
  int16_t b[MATRIX_SIZE][MATRIX_SIZE];
  int32_t product[MATRIX_SIZE][MATRIX_SIZE];
  char text[TEXT_BYTES];
  uint32_t random;
};

/* Runs `iterations` rounds from a fresh state; equal seeds and counts give equal checksums on every machine. */
uint32_t integer_kernel(struct integer_state *state, uint32_t seed, uint32_t iterations);

#endif
