/* What the bare-metal programs need of QEMU's `virt` board, and how they report. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

void print(const char *text);
void print_number(uint64_t value);
void print_hex(uint32_t value);

/* Instructions retired by this hart: minstret in M-mode, instret in S-mode. */
uint64_t instructions(void);

/* Ends the machine through the test finisher (0x100000); the code becomes the emulator's exit status. */
__attribute__((noreturn)) void finish(uint32_t code);

#endif
