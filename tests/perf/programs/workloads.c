/*
 * The workloads that need an operating system. The same source runs on the host (for "% of native") and in the guest.
 *
 *   workloads NAME SECONDS [NOP]   repeats a fixed chunk of work until SECONDS of CLOCK_MONOTONIC have passed
 *   workloads text BYTES           writes BYTES of text that is the same everywhere
 *
 * A workload prints "@@BEGIN name" and "@@END name work=N cpu=SECONDS check=HEX". `cpu` is what this system thinks it cost
 * (processes and their children): right on the host, of no use in a guest. `check` depends on the results of one chunk
 * only, so it is equal however many chunks fit.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "integer.h"

#define SEED 20260101

static const char *nop = "/usr/bin/perf-nop";

static void fail(const char *what) {
  fprintf(stderr, "workloads: %s\n", what);
  exit(1);
}

static uint64_t next_random(uint64_t *state) {
  *state += 0x9e3779b97f4a7c15u;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint32_t mix(uint32_t hash, uint32_t word) { return (hash ^ word) * 0x01000193u; }

/* A chunk does some work, adds how much to *work and answers a digest of its results. */
typedef uint32_t (*chunk)(uint64_t *work);

/* --- integer: iterations of the kernel of the bare-metal programs --- */

static uint32_t integer_chunk(uint64_t *work) {
  static struct integer_state state;
  const uint32_t iterations = 200;
  *work += iterations;
  return integer_kernel(&state, SEED, iterations);
}

/* --- sort: elements through a quicksort that leaves short runs to an insertion sort --- */

#define SORT_ELEMENTS 200000
#define SHORT_RUN 16

static void quicksort(uint32_t *low, uint32_t *high) {
  while (high - low > SHORT_RUN) {
    uint32_t pivot = low[(high - low) / 2], *left = low, *right = high;
    do {
      while (*left < pivot) left++;
      while (*right > pivot) right--;
      if (left <= right) {
        uint32_t held = *left;
        *left++ = *right;
        *right-- = held;
      }
    } while (left <= right);
    /* The smaller part by recursion, the larger by iteration: the stack stays logarithmic. */
    if (right - low < high - left) {
      quicksort(low, right);
      low = left;
    } else {
      quicksort(left, high);
      high = right;
    }
  }
  for (uint32_t *at = low + 1; at <= high; at++) {
    uint32_t value = *at, *hole = at;
    for (; hole > low && hole[-1] > value; hole--) *hole = hole[-1];
    *hole = value;
  }
}

static uint32_t sort_chunk(uint64_t *work) {
  static uint32_t values[SORT_ELEMENTS];
  uint64_t random = SEED;
  for (int i = 0; i < SORT_ELEMENTS; i++) values[i] = (uint32_t)next_random(&random);
  quicksort(values, values + SORT_ELEMENTS - 1);
  for (int i = 1; i < SORT_ELEMENTS; i++) {
    if (values[i - 1] > values[i]) fail("sort: not in order");
  }
  *work += SORT_ELEMENTS;
  return mix(values[1], values[SORT_ELEMENTS / 2]);
}

/* --- nbody: steps of five attracting bodies, double precision --- */

#define BODIES 5

struct body {
  double place[3], speed[3], mass;
};

/* Any stable-looking system will do: a heavy centre and four light bodies on tilted orbits. */
static void place_bodies(struct body *bodies) {
  memset(bodies, 0, BODIES * sizeof *bodies);
  bodies[0].mass = 39.5;
  for (int i = 1; i < BODIES; i++) {
    double radius = 3.0 + 6.5 * i, circular = sqrt(bodies[0].mass / radius);
    bodies[i].place[0] = radius * (i % 2 ? 0.8 : -0.6);
    bodies[i].place[1] = radius * (i % 2 ? 0.6 : 0.8);
    bodies[i].place[2] = 0.02 * radius;
    bodies[i].speed[0] = circular * (i % 2 ? -0.6 : -0.8);
    bodies[i].speed[1] = circular * (i % 2 ? 0.8 : -0.6);
    bodies[i].mass = 0.04 / i;
  }
}

static void step_bodies(struct body *bodies, double time) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      struct body *left = &bodies[i], *right = &bodies[j];
      double between[3], square = 0;
      for (int axis = 0; axis < 3; axis++) {
        between[axis] = left->place[axis] - right->place[axis];
        square += between[axis] * between[axis];
      }
      double pull = time / (square * sqrt(square));
      for (int axis = 0; axis < 3; axis++) {
        left->speed[axis] -= between[axis] * right->mass * pull;
        right->speed[axis] += between[axis] * left->mass * pull;
      }
    }
  }
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) bodies[i].place[axis] += time * bodies[i].speed[axis];
  }
}

static uint32_t nbody_chunk(uint64_t *work) {
  struct body bodies[BODIES];
  uint32_t hash = 0;
  const int steps = 5000;
  place_bodies(bodies);
  for (int i = 0; i < steps; i++) step_bodies(bodies, 0.001);
  for (int i = 0; i < BODIES; i++) {
    uint64_t bits;
    memcpy(&bits, &bodies[i].place[0], sizeof bits);
    hash = mix(mix(hash, (uint32_t)bits), (uint32_t)(bits >> 32));
  }
  *work += steps;
  return hash;
}

/* --- getppid, spawn, pagefaults: what the kernel's entry, processes and page tables cost --- */

static uint32_t getppid_chunk(uint64_t *work) {
  for (int i = 0; i < 2000; i++) syscall(SYS_getppid);
  *work += 2000;
  return 0;
}

static uint32_t spawn_chunk(uint64_t *work) {
  for (int i = 0; i < 10; i++) {
    pid_t child = fork();
    if (child < 0) fail("spawn: fork failed");
    if (child == 0) {
      execl(nop, nop, (char *)0);
      _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) fail("spawn: the child failed");
  }
  *work += 10;
  return 0;
}

static uint32_t pagefaults_chunk(uint64_t *work) {
  const size_t page = 4096, bytes = 1024 * page;
  volatile char *memory = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("pagefaults: no memory");
  /* One fault per page: no huge pages. EINVAL means a kernel without them. */
  madvise((void *)memory, bytes, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < bytes; at += page) memory[at] = 1;
  munmap((void *)memory, bytes);
  *work += bytes / page;
  return 0;
}

/* --- the loop around all of them --- */

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec * 1e-6; }

static double cpu_seconds(void) {
  double sum = 0;
  const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
  for (int i = 0; i < 2; i++) {
    struct rusage usage;
    getrusage(who[i], &usage);
    sum += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  return sum;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void repeat(const char *name, chunk run, double seconds) {
  uint64_t work = 0;
  printf("@@BEGIN %s\n", name);
  fflush(stdout);
  double cpu = cpu_seconds(), end = now() + seconds;
  uint32_t check = run(&work);
  while (now() < end) {
    if (run(&work) != check) fail("a chunk gave another result than the first");
  }
  printf("@@END %s work=%llu cpu=%.6f check=%08x\n", name, (unsigned long long)work, cpu_seconds() - cpu, check);
  fflush(stdout);
}

static void write_text(long bytes) {
  static const char *const words[] = {"inn", "guest", "table", "of", "the", "room", "and", "key", "night", "cellar", "to", "bread", "lamp", "road", "a", "stairs"};
  uint64_t random = SEED;
  long column = 0;
  while (bytes > 0) {
    char token[32];
    uint64_t draw = next_random(&random);
    int length = draw % 4 == 0 ? sprintf(token, "%08x ", (unsigned)(draw >> 32)) : sprintf(token, "%s ", words[(draw >> 8) % 16]);
    column += length;
    if (column > 60) {
      token[length - 1] = '\n';
      column = 0;
    }
    if (length > bytes) length = (int)bytes;
    fwrite(token, 1, (size_t)length, stdout);
    bytes -= length;
  }
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    chunk run;
  } workloads[] = {
    {"integer", integer_chunk}, {"sort", sort_chunk},   {"nbody", nbody_chunk},
    {"getppid", getppid_chunk}, {"spawn", spawn_chunk}, {"pagefaults", pagefaults_chunk},
  };
  if (count < 3) fail("usage: workloads NAME SECONDS [NOP] | workloads text BYTES");
  if (count > 3) nop = arguments[3];
  if (strcmp(arguments[1], "text") == 0) {
    write_text(atol(arguments[2]));
    return 0;
  }
  for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
    if (strcmp(arguments[1], workloads[i].name) != 0) continue;
    repeat(workloads[i].name, workloads[i].run, atof(arguments[2]));
    return 0;
  }
  fail("no such workload");
}
