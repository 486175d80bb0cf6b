/* S-mode programs on the built-in SBI 2.0: calls, and starting the other harts. Compiled with SUPERVISOR. */
#ifndef SBI_H
#define SBI_H

#include "bare.h"

#define EXT_IPI 0x735049
#define EXT_RFENCE 0x52464e43
#define EXT_HSM 0x48534d
#define EXT_TIME 0x54494d45

#define IPI_SEND EXT_IPI, 0
#define REMOTE_FENCE_I EXT_RFENCE, 0
#define REMOTE_SFENCE_VMA EXT_RFENCE, 1
#define HART_START EXT_HSM, 0
#define HART_STOP EXT_HSM, 1
#define HART_STATUS EXT_HSM, 2
#define HART_SUSPEND EXT_HSM, 3
#define SET_TIMER EXT_TIME, 0

enum { SUCCESS = 0, INVALID_PARAM = -3, INVALID_ADDRESS = -5, ALREADY_AVAILABLE = -6 };
enum { STARTED, STOPPED, START_PENDING, STOP_PENDING, SUSPENDED };

#define SSIE (1 << 1)
#define STIE (1 << 5)
#define OTHERS ((1ul << HARTS) - 2)

struct sbi_result {
  int64_t error;
  int64_t value;
};

static struct sbi_result sbi(uint64_t extension, uint64_t function, uint64_t x, uint64_t y, uint64_t z, uint64_t w) {
  register uint64_t a0 asm("a0") = x, a1 asm("a1") = y, a2 asm("a2") = z, a3 asm("a3") = w;
  register uint64_t a6 asm("a6") = function, a7 asm("a7") = extension;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
  return (struct sbi_result){a0, a1};
}

__attribute__((unused)) static int64_t status_of(uint64_t hart) {
  struct sbi_result result = sbi(HART_STATUS, hart, 0, 0, 0);
  check(result.error == SUCCESS);
  return result.value;
}

extern char _start[];

__attribute__((unused)) static void start_others(uint64_t opaque) {
  for (uint64_t hart = 1; hart < HARTS; hart++) check(sbi(HART_START, hart, (uint64_t)_start, opaque, 0).error == SUCCESS);
}

/* sip.SSIP, having slept where it was not set. */
__attribute__((unused)) static uint64_t sleep_for(uint64_t enabled) {
  uint64_t pending;
  asm volatile("csrw sie, %1\n csrr %0, sip" : "=r"(pending) : "r"(enabled) : "memory");
  if (!(pending & enabled)) asm volatile("wfi\n csrr %0, sip" : "=r"(pending) : : "memory");
  asm volatile("csrc sip, %0" : : "r"(SSIE) : "memory");
  return pending & enabled;
}

#endif
