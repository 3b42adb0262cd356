/* One turn of a layout: some points go where their edges and random others send them. Plain C without wider
 * instructions, so that a seed makes the same map on every CPU of an architecture. */
#include "move.h"

#include <stddef.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* SplitMix64, as in random.go. */
INLINE uint64_t next(uint64_t *s) {
  uint64_t z = *s += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

/* The stream of a stream and a key. */
INLINE uint64_t keyed(uint64_t s, uint64_t key) { return next(&s) ^ key * 0xd1342543de82ef95; }

/* The force at a squared distance; beyond either end of the table about that of the end. */
INLINE float at(const umap_force *f, float d) {
  uint32_t bits;
  memcpy(&bits, &d, 4);
  int i = (int)(bits >> UMAP_FORCE_REST) - UMAP_FORCE_FIRST;
  i = i < 0 ? 0 : i < UMAP_FORCE_COUNT ? i : UMAP_FORCE_COUNT - 1;
  return f[i].value + f[i].slope * (float)(int)(bits & ((1u << UMAP_FORCE_REST) - 1));
}

INLINE float clip(float v) { return v > 4 ? 4 : v < -4 ? -4 : v; }

/* Adds to change what a force between p and another place does to p. */
INLINE void feel(const umap_force *f, const float *p, const float *other, int dims, float *change) {
  float d[3], square = 0;
  for (int t = 0; t < dims; t++) d[t] = p[t] - other[t], square += d[t] * d[t];
  float strength = at(f, square);
  for (int t = 0; t < dims; t++) change[t] += clip(strength * d[t]);
}

/* Whether rate * epoch has passed a whole number since the last epoch. */
INLINE int due(float rate, float epoch) { return (int)(rate * epoch) > (int)(rate * (epoch - 1)); }

/* The edges of a point. */
struct edges {
  const int32_t *col;
  const float *rate;
  intptr_t count;
};

/* Forces, and where the points are that they come from. */
struct field {
  const umap_force *pull, *push;
  const float *seen;
};

/* The pull of an edge and the pushes that come with it are felt at once. */
INLINE void follow(const umap_turn *t, int dims, const struct field *f, const float *other, uint64_t *random, float *p) {
  float change[3] = {0};
  feel(f->pull, p, other, dims, change);
  for (int k = 0; k < t->negative; k++) {
    uint64_t drawn = (next(random) >> 32) * (uint64_t)t->points >> 32;
    feel(f->push, p, f->seen + dims * drawn, dims, change);
  }
  for (int d = 0; d < dims; d++) p[d] += t->alpha * change[d];
}

INLINE void move(const umap_turn *t, int dims, struct edges e, const struct field *f, const float *held, uint64_t random,
                 float *place) {
  float p[3];
  for (int d = 0; d < dims; d++) p[d] = place[d];
  for (intptr_t i = 0; i < e.count; i++) {
    if (!due(e.rate[i], t->epoch)) continue;
    follow(t, dims, f, f->seen + (size_t)dims * e.col[i], &random, p);
    if (held)
      for (int d = 0; d < dims; d++) p[d] += held[3] * (held[d] - p[d]);
  }
  for (int d = 0; d < dims; d++) place[d] = p[d];
}

void umap_move(const umap_turn *t, const int32_t *index, const uint64_t *key, int count, const intptr_t *start,
               const int32_t *col, const float *rate, const float *seen, const float *held, const umap_force *pull,
               const umap_force *push, float *place) {
  struct field f = {pull, push, seen};
  for (int i = 0; i < count; i++) {
    int32_t n = index[i];
    struct edges e = {col + start[n], rate + start[n], start[n + 1] - start[n]};
    const float *hold = held ? held + 4 * (size_t)i : NULL;
    if (t->dims == 2) move(t, 2, e, &f, hold, keyed(t->stream, key[i]), place + 2 * (size_t)n);
    else move(t, 3, e, &f, hold, keyed(t->stream, key[i]), place + 3 * (size_t)n);
  }
}

float umap_force_at(const umap_force *force, float squared) { return at(force, squared); }
