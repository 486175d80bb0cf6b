/* Identity map for Sv39 (privileged specification, 12.4: three levels of 512 entries of 8 bytes). */
#include <stdint.h>

#include "machine.h"

#define PTE_V 0x01
#define PTE_RWX 0x0e
#define PTE_A 0x40
#define PTE_D 0x80
#define LEAF (PTE_V | PTE_RWX | PTE_A | PTE_D)
#define RAM 0x80000000ul
#define PAGE 4096ul

static uint64_t middle_table[512] __attribute__((aligned(4096)));
static uint64_t leaf_table[512] __attribute__((aligned(4096)));
uint64_t root_table[512] __attribute__((aligned(4096)));
volatile uint32_t map_ready;

static uint64_t entry(uint64_t address, uint64_t flags) { return address / PAGE << 10 | flags; }

void build_map(void) {
  for (uint64_t i = 0; i < 512; i++) leaf_table[i] = entry(RAM + i * PAGE, LEAF);
  middle_table[0] = entry((uint64_t)leaf_table, PTE_V);
  root_table[0] = entry(0, LEAF);
  root_table[2] = entry((uint64_t)middle_table, PTE_V);
}

void unexpected_trap(uint64_t cause, uint64_t pc) {
  print("\ntrap: cause ");
  print_number(cause);
  print(" at ");
  print_hex((uint32_t)pc);
  print("\n");
  finish(2);
}
