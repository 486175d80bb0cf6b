/*
 * Works the kernel and several harts at once: threads that contend for a futex, processes that are forked, wait and are
 * signalled, pages that are mapped, protected and unmapped under a running neighbour. Prints a line for each part, and
 * "stress: ok" if every count is what it has to be.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define THREADS 4

static void check(int good, const char *what) {
  if (good) return;
  printf("stress: FAILED: %s\n", what);
  exit(1);
}

/* Futexes: a counter under a mutex, a ball that goes round through condition variables, an atomic beside them. */

#define ROUNDS 400
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static long locked_count, turn;
static atomic_long atomic_count;

static void *worker(void *argument) {
  long self = (long)argument;
  for (int i = 0; i < ROUNDS; i++) {
    atomic_fetch_add(&atomic_count, 1);
    pthread_mutex_lock(&lock);
    locked_count++;
    while (turn % THREADS != self) pthread_cond_wait(&turned, &lock);
    turn++;
    pthread_cond_broadcast(&turned);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

static void futexes(void) {
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) check(!pthread_create(&threads[i], 0, worker, (void *)i), "pthread_create");
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
  check(locked_count == THREADS * ROUNDS && turn == THREADS * ROUNDS, "count under the mutex");
  check(atomic_count == THREADS * ROUNDS, "atomic count");
  puts("stress: futexes");
}

/* Processes: children that answer through a pipe, with memory that is copied when they write. */

#define CHILDREN 60

static void forks(void) {
  static volatile long value = 1;
  long sum = 0, expected = 0;
  for (int i = 0; i < CHILDREN; i++) {
    int ends[2];
    check(!pipe(ends), "pipe");
    pid_t child = fork();
    check(child >= 0, "fork");
    if (child == 0) {
      value += i;
      check(write(ends[1], (const void *)&value, sizeof value) == sizeof value, "write");
      _exit(i & 0x7f);
    }
    long answer = 0;
    int status;
    close(ends[1]);
    check(read(ends[0], &answer, sizeof answer) == sizeof answer, "read");
    close(ends[0]);
    check(waitpid(child, &status, 0) == child, "waitpid");
    check(WIFEXITED(status) && WEXITSTATUS(status) == (i & 0x7f), "exit status");
    check(value == 1, "memory of the parent");
    sum += answer;
    expected += 1 + i;
  }
  check(sum == expected, "answers of the children");
  puts("stress: forks");
}

/* Signals: two processes that wake each other. */

#define SIGNALS 300
static volatile sig_atomic_t received;

static void count_signal(int number) {
  (void)number;
  received++;
}

static void answer_signals(sigset_t *waiting) {
  for (int i = 0; i < SIGNALS; i++) {
    while (received <= i) sigsuspend(waiting);
    kill(getppid(), SIGUSR1);
  }
  _exit(0);
}

static void signals(void) {
  struct sigaction action = {.sa_handler = count_signal};
  sigset_t blocked, waiting;
  sigaction(SIGUSR1, &action, 0);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, &waiting);
  sigdelset(&waiting, SIGUSR1);
  pid_t child = fork();
  if (child == 0) answer_signals(&waiting);
  for (int i = 0; i < SIGNALS; i++) {
    kill(child, SIGUSR1);
    while (received <= i) sigsuspend(&waiting);
  }
  int status;
  check(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "signalled child");
  check(received == SIGNALS, "signals");
  puts("stress: signals");
}

/* Memory: pages come and go, and are protected, while threads on other harts use the same address space. */

#define MAPS 150
static atomic_int stop;
static atomic_long neighbour_sum;
static sigjmp_buf escape;

static void *neighbour(void *argument) {
  volatile char *page = argument;
  while (!stop) {
    for (unsigned long i = 0; i < PAGE; i += 64) page[i]++;
    atomic_fetch_add(&neighbour_sum, 1);
  }
  return 0;
}

static void caught(int number) {
  (void)number;
  siglongjmp(escape, 1);
}

static void maps(void) {
  struct sigaction action = {.sa_handler = caught};
  sigaction(SIGSEGV, &action, 0);
  pthread_t thread;
  void *shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_create(&thread, 0, neighbour, shared);
  volatile int faults = 0;
  for (volatile int i = 0; i < MAPS; i++) {
    char *pages = mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(pages != MAP_FAILED, "mmap");
    for (int page = 0; page < 16; page++) {
      check(pages[page * PAGE] == 0, "a fresh page is zero");
      pages[page * PAGE] = (char)i;
    }
    check(!mprotect(pages, PAGE, PROT_READ), "mprotect");
    if (sigsetjmp(escape, 1) == 0) {
      *(volatile char *)pages = 1;
      check(0, "a write to a read-only page");
    } else {
      faults++;
    }
    check(pages[0] == (char)i && pages[15 * PAGE] == (char)i, "what was written stays");
    check(!munmap(pages, 16 * PAGE), "munmap");
    if (sigsetjmp(escape, 1) == 0) {
      (void)*(volatile char *)pages;
      check(0, "a read of a page that is gone");
    } else {
      faults++;
    }
  }
  while (atomic_load(&neighbour_sum) == 0) usleep(1000);
  stop = 1;
  pthread_join(thread, 0);
  check(faults == 2 * MAPS, "faults");
  puts("stress: maps");
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  futexes();
  forks();
  signals();
  maps();
  puts("stress: ok");
  return 0;
}
