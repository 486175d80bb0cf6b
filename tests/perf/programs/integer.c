#include "integer.h"

static uint32_t next_random(struct integer_state *state) {
  uint32_t x = state->random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return state->random = x;
}

/* CRC-16/ARC, a bit at a time: a long chain of dependent shifts. */
static uint16_t crc_byte(uint16_t crc, uint8_t byte) {
  crc ^= byte;
  for (int bit = 0; bit < 8; bit++) crc = (crc & 1) ? (uint16_t)((crc >> 1) ^ 0xa001) : (uint16_t)(crc >> 1);
  return crc;
}

static uint16_t crc_word(uint16_t crc, uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) crc = crc_byte(crc, (uint8_t)(word >> shift));
  return crc;
}

/* --- list: search, reverse and merge sort through comparison functions --- */

typedef int (*comparison)(const struct node *, const struct node *);

static int by_key(const struct node *left, const struct node *right) {
  return left->key != right->key ? left->key - right->key : left->place - right->place;
}

static int by_place(const struct node *left, const struct node *right) { return left->place - right->place; }

static struct node *reverse(struct node *list) {
  struct node *done = 0;
  while (list) {
    struct node *rest = list->next;
    list->next = done;
    done = list;
    list = rest;
  }
  return done;
}

static const struct node *find(const struct node *list, int16_t key) {
  while (list && list->key != key) list = list->next;
  return list;
}

/* Bottom-up merge sort: runs of 1, 2, 4, ... nodes. Stable, no recursion, no memory beyond the nodes. */
static struct node *sort_list(struct node *list, comparison compare) {
  for (int run = 1;; run *= 2) {
    struct node *rest = list, **tail = &list;
    int merges = 0;
    list = 0;
    while (rest) {
      struct node *left = rest, *right = rest;
      int lefts = 0, rights = run;
      merges++;
      while (lefts < run && right) {
        right = right->next;
        lefts++;
      }
      while (lefts > 0 || (rights > 0 && right)) {
        struct node *least;
        if (lefts > 0 && (rights == 0 || !right || compare(left, right) <= 0)) {
          least = left;
          left = left->next;
          lefts--;
        } else {
          least = right;
          right = right->next;
          rights--;
        }
        *tail = least;
        tail = &least->next;
      }
      rest = right;
    }
    *tail = 0;
    if (merges <= 1) return list;
  }
}

static uint16_t list_round(struct integer_state *state, uint16_t crc) {
  uint32_t found = 0;
  for (int i = 0; i < 16; i++) {
    const struct node *hit = find(state->head, (int16_t)(next_random(state) & 0xff));
    state->head = reverse(state->head);
    if (hit) found += hit->place;
  }
  state->head = sort_list(state->head, by_key);
  crc = crc_word(crc, found);
  int step = 0;
  for (const struct node *node = state->head; node; node = node->next) {
    if (++step % 4 == 0) crc = crc_word(crc, (uint32_t)node->key << 16 | node->place);
  }
  state->head = sort_list(state->head, by_place);
  for (struct node *node = state->head; node; node = node->next) {
    if (node->place % 8 == crc % 8) node->key = (int16_t)(next_random(state) & 0xff);
  }
  return crc;
}

/* --- matrix: products of 16-bit values, a scaling and a gathering of bit fields --- */

static uint16_t matrix_round(struct integer_state *state, uint16_t crc) {
  int16_t factor = (int16_t)(crc & 7) + 1;
  int32_t sum = 0;
  for (int i = 0; i < MATRIX_SIZE; i++) {
    for (int j = 0; j < MATRIX_SIZE; j++) {
      int32_t cell = 0;
      for (int k = 0; k < MATRIX_SIZE; k++) cell += (int32_t)state->a[i][k] * state->b[k][j];
      state->product[i][j] = cell;
    }
  }
  for (int i = 0; i < MATRIX_SIZE; i++) {
    for (int j = 0; j < MATRIX_SIZE; j++) {
      int32_t cell = state->product[i][j];
      sum += ((cell >> 2) & 0xf) * ((cell >> 5) & 0x7f);
      if (sum > 0x40000) {
        crc = crc_word(crc, (uint32_t)sum);
        sum = 0;
      }
      state->a[i][j] = (int16_t)((state->a[i][j] * factor + cell) & 0x3ff);
    }
  }
  return crc_word(crc, (uint32_t)sum);
}

/* --- state machine: tells numbers of several spellings from words in a line of text --- */

enum state { START, SIGN, ZERO, DECIMAL, HEX, FRACTION, EXPONENT, EXPONENT_DIGITS, WORD, STATES };

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static enum state next_state(enum state state, char c) {
  if (c == ' ' || c == ',') return START;
  switch (state) {
    case START:
      if (c == '+' || c == '-') return SIGN;
      if (c == '0') return ZERO;
      if (is_digit(c)) return DECIMAL;
      return c == '.' ? FRACTION : WORD;
    case SIGN:
      if (c == '0') return ZERO;
      if (is_digit(c)) return DECIMAL;
      return c == '.' ? FRACTION : WORD;
    case ZERO:
      if (c == 'x') return HEX;
      if (is_digit(c)) return DECIMAL;
      return c == '.' ? FRACTION : WORD;
    case DECIMAL:
      if (is_digit(c)) return DECIMAL;
      if (c == '.') return FRACTION;
      return c == 'e' ? EXPONENT : WORD;
    case HEX:
      return is_digit(c) || (c >= 'a' && c <= 'f') ? HEX : WORD;
    case FRACTION:
      if (is_digit(c)) return FRACTION;
      return c == 'e' ? EXPONENT : WORD;
    case EXPONENT:
      if (c == '+' || c == '-' || is_digit(c)) return EXPONENT_DIGITS;
      return WORD;
    case EXPONENT_DIGITS:
      return is_digit(c) ? EXPONENT_DIGITS : WORD;
    default:
      return WORD;
  }
}

static uint16_t state_round(struct integer_state *state, uint16_t crc) {
  uint32_t ends[STATES] = {0}, changes = 0;
  for (int pass = 0; pass < 2; pass++) {
    enum state now = START;
    for (int i = 0; i < TEXT_BYTES; i++) {
      enum state then = next_state(now, state->text[i]);
      if (then == START) ends[now]++;
      if (then != now) changes++;
      now = then;
    }
    /* Spoil some characters before the second pass and mend them after it, so that both passes see errors differ. */
    for (int i = crc % 16; i < TEXT_BYTES; i += 31) state->text[i] ^= 0x10;
  }
  for (int i = 0; i < STATES; i++) crc = crc_word(crc, ends[i]);
  return crc_word(crc, changes);
}

/* --- the whole --- */

static void initialise(struct integer_state *state, uint32_t seed) {
  static const char *const words[] = {"12", "-7.25", "0x3fa", "1e-9", ".5", "kernel", "+402", "0", "6.02e23", "0xzz", "9..1", "device"};
  state->random = seed | 1;
  for (int i = 0; i < LIST_NODES; i++) {
    struct node *node = &state->nodes[i];
    node->next = i + 1 < LIST_NODES ? node + 1 : 0;
    node->key = (int16_t)(next_random(state) & 0xff);
    node->place = (uint16_t)i;
  }
  state->head = state->nodes;
  for (int i = 0; i < MATRIX_SIZE; i++) {
    for (int j = 0; j < MATRIX_SIZE; j++) {
      state->a[i][j] = (int16_t)(next_random(state) & 0x3ff);
      state->b[i][j] = (int16_t)(next_random(state) & 0x1ff) - 0x100;
    }
  }
  for (int i = 0; i < TEXT_BYTES;) {
    const char *word = words[next_random(state) % (sizeof words / sizeof words[0])];
    while (*word && i < TEXT_BYTES) state->text[i++] = *word++;
    if (i < TEXT_BYTES) {
      state->text[i] = i % 5 ? ' ' : ',';
      i++;
    }
  }
}

uint32_t integer_kernel(struct integer_state *state, uint32_t seed, uint32_t iterations) {
  initialise(state, seed);
  uint16_t crc = 0;
  uint32_t checksum = seed;
  for (uint32_t i = 0; i < iterations; i++) {
    crc = list_round(state, crc);
    for (int j = 0; j < 5; j++) crc = matrix_round(state, crc);
    for (int j = 0; j < 3; j++) crc = state_round(state, crc);
    checksum = (checksum << 5 | checksum >> 27) ^ crc;
  }
  return checksum;
}
