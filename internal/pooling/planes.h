/* How maps are pooled, for the three files that include this: each says how many BYTES a vector has, what POOL is
 * called, and by TARGET which instructions it may use. */
#include "kernel.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(BYTES)));
typedef int32_t mask __attribute__((vector_size(BYTES)));

/* Numbers in a vector, and vectors side by side that the registers can hold the sums of: the more, the longer the
 * stretches of memory that are read one after another. */
enum { LANES = BYTES / 4, SIDE_BY_SIDE = BYTES == 64 ? 8 : BYTES == 32 ? 2 : 4 };

/* What is summed in each column, a power of the values with its sign; or their maximum. */
enum { AS_IS, SQUARE, CUBE, FOURTH, LARGEST };

#include "lanes.h"
#include "roots.h"

/* One channel's plane, and what is known of it so far. Behind it lie LANES more numbers that may be read, and at a
 * distance of ahead those that are read next. */
typedef struct {
  const float *x;
  int width, ahead;
  float scale, shift;
  vec sum, most;
} plane;

/* Some rows of a plane, and for each of its columns what they come to: the sums of the positive and of the negative
 * values, or the maximum in above. Rows before fresh have been read before. */
typedef struct {
  int from, to, fresh;
  float *above, *below;
} band;

/* The columns of some vectors, of which the last may reach behind the row: count only its first lanes. */
INLINE void read_columns(plane *p, const band *b, int x, int vectors, int count, int power) {
  vec up[SIDE_BY_SIDE], down[SIDE_BY_SIDE], none = (vec){0} - INFINITY;
  for (int j = 0; j < vectors; j++) up[j] = power == LARGEST ? none : (vec){0}, down[j] = (vec){0};
  vec sum[2] = {p->sum, {0}}, most[2] = {p->most, none};
  mask within = numbered() < count;
  for (int y = b->from; y < b->to; y++)
    for (int j = 0; j < vectors; j++) {
      const float *at = p->x + (size_t)y * p->width + x + j * LANES;
      __builtin_prefetch(at + p->ahead, 0, 2);
      vec v = load(at) * p->scale + p->shift, t = raised(v, power);
      int cut = j == vectors - 1 && count < LANES;
      if (y >= b->fresh) sum[j % 2] += cut ? choose(within, v, (vec){0}) : v;
      most[j % 2] = larger_each(cut ? choose(within, v, none) : v, most[j % 2]);
      vec larger_one = larger_each(t, power == LARGEST ? up[j] : (vec){0});
      down[j] += larger_one - t;
      up[j] = power == LARGEST ? larger_one : up[j] + larger_one;
    }
  p->sum = sum[0] + sum[1], p->most = larger_each(most[0], most[1]);
  for (int j = 0; j < vectors; j++) store(b->above + x + j * LANES, up[j]), store(b->below + x + j * LANES, down[j]);
}

INLINE void read_band(plane *p, const band *b, int power) {
  int x = 0;
  for (; x + SIDE_BY_SIDE * LANES <= p->width; x += SIDE_BY_SIDE * LANES) read_columns(p, b, x, SIDE_BY_SIDE, LANES, power);
  int rest = p->width - x, count = (rest - 1) % LANES + 1;
#define REST(n) \
  case n:       \
    if (n <= SIDE_BY_SIDE) read_columns(p, b, x, n, count, power); \
    break;
  switch ((rest + LANES - 1) / LANES) { REST(1) REST(2) REST(3) REST(4) REST(5) REST(6) REST(7) REST(8) }
#undef REST
}

/* The sum, or the largest, of some columns. */
INLINE float join(const float *line, int from, int to, int power) {
  if (to - from < 4) {
    float few = line[from];
    for (int x = from + 1; x < to; x++) few = power == LARGEST ? larger(line[x], few) : few + line[x];
    return few;
  }
  vec none = (vec){0} - (power == LARGEST ? INFINITY : 0), all = none;
  for (int x = from; x < to; x += LANES) {
    vec v = choose(numbered() < to - x, load(line + x), none);
    all = power == LARGEST ? larger_each(v, all) : all + v;
  }
  return power == LARGEST ? largest(all) : total(all);
}

/* The cells of a plane: the means of the positive and of the negative values, or the maxima in positive. */
INLINE void pool_plane(const pool_spec *s, plane *p, int power, float *lines, float *positive, float *negative) {
  band b = {0, 0, 0, lines, lines + s->width + LANES};
  p->sum = (vec){0}, p->most = (vec){0} - INFINITY;
  for (int r = 0; r < s->grid; r++) {
    b.from = s->rows[2 * r], b.fresh = b.to, b.to = s->rows[2 * r + 1];
    read_band(p, &b, power);
    for (int c = 0; c < s->grid; c++) {
      int left = s->columns[2 * c], right = s->columns[2 * c + 1], i = r * s->grid + c;
      float share = power == LARGEST ? 1 : 1 / ((float)(b.to - b.from) * (float)(right - left));
      positive[i] = join(b.above, left, right, power) * share;
      negative[i] = power == LARGEST ? 0 : join(b.below, left, right, power) * share;
    }
  }
}

/* Any exponent: divided by the largest magnitude, so that high powers stay within range. */
static float raise_plane(const plane *p, int n, float exponent, float *out) {
  float peak = 1e-12f;
  for (int i = 0; i < n; i++) out[i] = p->x[i] * p->scale + p->shift, peak = larger(fabsf(out[i]), peak);
  for (int i = 0; i < n; i++) out[i] = copysignf(powf(fabsf(out[i]) / peak, exponent), out[i]);
  return peak;
}

/* A map of a single place: all its means are the number itself. */
INLINE void pool_vector(const pool_spec *s, float *embedding, float *mean, float *maximum) {
  for (int c = 0; c < s->channels; c++)
    embedding[c] = mean[c] = maximum[c] = s->scale ? s->values[c] * s->scale[c] + s->shift[c] : s->values[c];
}

INLINE void pool_planes(const pool_spec *s, int power, int general, float *embedding, float *mean, float *maximum, float *room) {
  int area = s->height * s->width, cells = s->grid * s->grid;
  size_t n = (size_t)s->channels * cells, numbers = (size_t)s->channels * area;
  float *negative = room, *copy = room + n, *lines = copy + area + LANES;
  for (int c = 0; c < s->channels; c++) {
    float *up = embedding + (size_t)c * cells, *down = negative + (size_t)c * cells;
    size_t start = (size_t)c * area;
    plane p = {s->values + start, s->width, area, s->scale ? s->scale[c] : 1, s->shift ? s->shift[c] : 0};
    if (start + area + LANES > numbers) p.x = memcpy(copy, p.x, area * sizeof *copy), p.ahead = 0;
    pool_plane(s, &p, power, lines, up, down);
    mean[c] = total(p.sum) / area, maximum[c] = largest(p.most);
    if (!general) continue;
    float peak = raise_plane(&p, area, s->p, copy);
    plane q = {copy, s->width, 0, 1, 0};
    pool_plane(s, &q, power, lines, up, down);
    for (int i = 0; i < cells; i++) up[i] = peak * (powf(up[i], 1 / s->p) - powf(down[i], 1 / s->p)), down[i] = 0;
  }
  if (s->kind == POOL_POWER) roots(embedding, negative, n, power);
}

TARGET void POOL(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room) {
  float p = s->kind == POOL_POWER ? s->p : 1;
  if (s->height * s->width == 1)
    pool_vector(s, embedding, mean, maximum);
  else if (s->kind == POOL_MAX)
    pool_planes(s, LARGEST, 0, embedding, mean, maximum, room);
  else if (p == 1)
    pool_planes(s, AS_IS, 0, embedding, mean, maximum, room);
  else if (p == 2)
    pool_planes(s, SQUARE, 0, embedding, mean, maximum, room);
  else if (p == 3)
    pool_planes(s, CUBE, 0, embedding, mean, maximum, room);
  else if (p == 4)
    pool_planes(s, FOURTH, 0, embedding, mean, maximum, room);
  else
    pool_planes(s, AS_IS, 1, embedding, mean, maximum, room);
}
