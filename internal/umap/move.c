/* One epoch of a layout: some edges draw their points together, and random others push. Plain C without wider instructions,
 * so that a seed makes the same map on every CPU of an architecture. */
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

struct forces {
  const umap_force *pull, *push;
};

/* After the pull of an edge come its pushes, which are felt at once: one by one they would take half as long again. */
INLINE void follow(const umap_epoch *t, int dims, struct forces f, uint64_t *random, float *p, float *other, int to) {
  float draw[3] = {0}, change[3] = {0}, *q = other + dims * (size_t)to;
  feel(f.pull, p, q, dims, draw);
  for (int d = 0; d < dims; d++) {
    p[d] += t->alpha * draw[d];
    if (t->both) q[d] -= t->alpha * draw[d];
  }
  for (int k = 0; k < t->negative; k++) {
    uint64_t drawn = (next(random) >> 32) * (uint64_t)t->points >> 32;
    feel(f.push, p, other + dims * drawn, dims, change);
  }
  for (int d = 0; d < dims; d++) p[d] += t->alpha * change[d];
}

INLINE void hold(const float *held, int dims, float *p) {
  for (int d = 0; d < dims; d++) p[d] += held[3] * (held[d] - p[d]);
}

INLINE void move(const umap_epoch *t, int dims, struct forces f, const int32_t *from, const int32_t *to, const float *rate,
                 intptr_t count, float *place, float *other, const float *held) {
  uint64_t random = t->stream;
  for (intptr_t e = 0; e < count; e++) {
    if (!due(rate[e], t->epoch)) continue;
    float *p = place + dims * (size_t)from[e];
    follow(t, dims, f, &random, p, other, to[e]);
    if (held) hold(held + 4 * (size_t)from[e], dims, p);
  }
}

void umap_move(const umap_epoch *t, const int32_t *from, const int32_t *to, const float *rate, intptr_t count, float *place,
               float *other, const float *held, const umap_force *pull, const umap_force *push) {
  struct forces f = {pull, push};
  if (t->dims == 2) move(t, 2, f, from, to, rate, count, place, other, held);
  else move(t, 3, f, from, to, rate, count, place, other, held);
}

float umap_force_at(const umap_force *force, float squared) { return at(force, squared); }
