/* What neighbor descent does most: candidates for neighbors meet, and their lists take the nearest. */
#include "join.h"

#include <string.h>

/* The list of a point, and what belongs to its entries. */
struct list {
  float *value;
  int32_t *id;
  uint8_t *marks, *lock;
  int k;
};

static int before(float value, int32_t id, float other, int32_t other_id) {
  return value < other || (value == other && id < other_id);
}

/* Values are read while others may write them: the last of a list, which only ever falls. */
static float get(const float *p) {
  float v;
  __atomic_load((const uint32_t *)p, (uint32_t *)&v, __ATOMIC_RELAXED);
  return v;
}

static void set(float *p, float v) { __atomic_store((uint32_t *)p, (uint32_t *)&v, __ATOMIC_RELAXED); }

/* Takes a point into a list, unless it is there or too far away. */
static void take(struct list l, float value, int32_t id) {
  while (__atomic_test_and_set(l.lock, __ATOMIC_ACQUIRE)) {}
  int at = l.k;
  while (at > 0 && before(value, id, l.value[at - 1], l.id[at - 1])) at--;
  if (at < l.k && !(at > 0 && l.id[at - 1] == id)) {
    for (int i = l.k - 1; i > at; i--) set(&l.value[i], l.value[i - 1]), l.id[i] = l.id[i - 1], l.marks[i] = l.marks[i - 1];
    set(&l.value[at], value), l.id[at] = id, l.marks[at] = 1;
  }
  __atomic_clear(l.lock, __ATOMIC_RELEASE);
}

void umap_join(const float *x, const float *squares, int dim, double power, const int32_t *index, int fresh, int count,
               float *value, int32_t *id, uint8_t *marks, uint8_t *locks, int k, float *room) {
  umap_rows left = {{x, squares, dim, power}, index, 0, fresh}, right = {left.space, index, 0, count};
  umap_compare(&left, &right, room);
  for (int i = 0; i < fresh; i++) {
    size_t p = index[i], at = p * k;
    struct list own = {value + at, id + at, marks + at, locks + p, k};
    for (int j = i + 1; j < count; j++) {
      float v = room[i * UMAP_BLOCK + j];
      size_t q = index[j], other = q * k;
      if (v <= get(own.value + k - 1)) take(own, v, index[j]);
      if (v <= get(value + other + k - 1))
        take((struct list){value + other, id + other, marks + other, locks + q, k}, v, index[i]);
    }
  }
}

void umap_assign(const float *x, const float *squares, int dim, double power, const int32_t *index, int count,
                 const int32_t *pivots, int m, int32_t *nearest, float *room) {
  for (int i = 0; i < count; i += UMAP_BLOCK) {
    umap_rows left = {{x, squares, dim, power}, index + i, 0, count - i < UMAP_BLOCK ? count - i : UMAP_BLOCK};
    umap_rows right = {left.space, pivots, 0, m};
    umap_compare(&left, &right, room);
    for (int r = 0; r < left.count; r++) {
      int best = 0;
      for (int j = 1; j < m; j++)
        if (room[r * UMAP_BLOCK + j] < room[r * UMAP_BLOCK + best]) best = j;
      nearest[i + r] = best;
    }
  }
}
