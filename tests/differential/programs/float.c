// Executes single floating-point instructions on operands from stdin: the hardware's side of float-vs-qemu.test.ts.
//
// A request is 32 bytes, little endian: u32 op, u32 rm, u64 a, u64 b, u64 c. A reply is 16 bytes: u64 result, u64 fflags.
// `op` is the row's position in OPS. Operands and results are raw registers; single-precision operands arrive NaN-boxed.
// With the argument "list" it prints the names of OPS, one per line, so that the test need not know their order.

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct request {
  uint32_t op, rm;
  uint64_t a, b, c;
};
struct reply {
  uint64_t result, fflags;
};

// Operands go into fa0..fa2 or a0 and the result is read back inside one asm block, so that the compiler can neither
// move the instruction across the CSR accesses nor touch the flags in between.
#define BEFORE "fsrm %[rm]\n fsflags zero\n fmv.d.x fa0, %[a]\n fmv.d.x fa1, %[b]\n fmv.d.x fa2, %[c]\n mv a0, %[a]\n"
#define INTO_F(insn) BEFORE insn "\n frflags %[flags]\n fmv.x.d %[out], fa0\n"
#define INTO_X(insn) BEFORE insn "\n frflags %[flags]\n mv %[out], a0\n"

#define FN(id, text)                                                                                    \
  static void id(const struct request *q, struct reply *r) {                                            \
    asm volatile(text                                                                                   \
                 : [flags] "=&r"(r->fflags), [out] "=&r"(r->result)                                     \
                 : [rm] "r"((uint64_t)q->rm), [a] "r"(q->a), [b] "r"(q->b), [c] "r"(q->c)               \
                 : "a0", "fa0", "fa1", "fa2");                                                          \
  }

#define BOTH_FORMATS(X)                                                                                \
  X(fadd, INTO_F, "fadd.", " fa0, fa0, fa1")                                                           \
  X(fsub, INTO_F, "fsub.", " fa0, fa0, fa1")                                                           \
  X(fmul, INTO_F, "fmul.", " fa0, fa0, fa1")                                                           \
  X(fdiv, INTO_F, "fdiv.", " fa0, fa0, fa1")                                                           \
  X(fsqrt, INTO_F, "fsqrt.", " fa0, fa0")                                                              \
  X(fmadd, INTO_F, "fmadd.", " fa0, fa0, fa1, fa2")                                                    \
  X(fmsub, INTO_F, "fmsub.", " fa0, fa0, fa1, fa2")                                                    \
  X(fnmsub, INTO_F, "fnmsub.", " fa0, fa0, fa1, fa2")                                                  \
  X(fnmadd, INTO_F, "fnmadd.", " fa0, fa0, fa1, fa2")                                                  \
  X(fmin, INTO_F, "fmin.", " fa0, fa0, fa1")                                                           \
  X(fmax, INTO_F, "fmax.", " fa0, fa0, fa1")                                                           \
  X(feq, INTO_X, "feq.", " a0, fa0, fa1")                                                              \
  X(flt, INTO_X, "flt.", " a0, fa0, fa1")                                                              \
  X(fle, INTO_X, "fle.", " a0, fa0, fa1")                                                              \
  X(fclass, INTO_X, "fclass.", " a0, fa0")                                                             \
  X(fcvt_w, INTO_X, "fcvt.w.", " a0, fa0, dyn")                                                        \
  X(fcvt_wu, INTO_X, "fcvt.wu.", " a0, fa0, dyn")                                                      \
  X(fcvt_l, INTO_X, "fcvt.l.", " a0, fa0, dyn")                                                        \
  X(fcvt_lu, INTO_X, "fcvt.lu.", " a0, fa0, dyn")

#define DEFINE_S(id, into, head, tail) FN(id##_s, into(head "s" tail))
#define DEFINE_D(id, into, head, tail) FN(id##_d, into(head "d" tail))
#define ROW_S(id, into, head, tail) {#id "_s", id##_s},
#define ROW_D(id, into, head, tail) {#id "_d", id##_d},

#define ONE_FORMAT(X)                                \
  X(fcvt_s_d, INTO_F("fcvt.s.d fa0, fa0"))           \
  X(fcvt_d_s, INTO_F("fcvt.d.s fa0, fa0"))           \
  X(fcvt_s_w, INTO_F("fcvt.s.w fa0, a0"))            \
  X(fcvt_s_wu, INTO_F("fcvt.s.wu fa0, a0"))          \
  X(fcvt_s_l, INTO_F("fcvt.s.l fa0, a0"))            \
  X(fcvt_s_lu, INTO_F("fcvt.s.lu fa0, a0"))          \
  X(fcvt_d_w, INTO_F("fcvt.d.w fa0, a0"))            \
  X(fcvt_d_wu, INTO_F("fcvt.d.wu fa0, a0"))          \
  X(fcvt_d_l, INTO_F("fcvt.d.l fa0, a0"))            \
  X(fcvt_d_lu, INTO_F("fcvt.d.lu fa0, a0"))
#define ROW(id, text) {#id, id},

BOTH_FORMATS(DEFINE_S)
BOTH_FORMATS(DEFINE_D)
ONE_FORMAT(FN)

static const struct {
  const char *name;
  void (*run)(const struct request *, struct reply *);
} OPS[] = {BOTH_FORMATS(ROW_S) BOTH_FORMATS(ROW_D) ONE_FORMAT(ROW)};
#define OP_COUNT (sizeof OPS / sizeof OPS[0])

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "list") == 0) {
    for (size_t i = 0; i < OP_COUNT; i++) puts(OPS[i].name);
    return 0;
  }
  struct request q;
  while (fread(&q, sizeof q, 1, stdin) == 1) {
    if (q.op >= OP_COUNT || q.rm > 4) return 2;
    struct reply r;
    OPS[q.op].run(&q, &r);
    if (fwrite(&r, sizeof r, 1, stdout) != 1) return 3;
  }
  return fflush(stdout) == 0 ? 0 : 3;
}
