/* Vectors of eight numbers, which compilers turn into whatever the CPU has. Sums are kept in a fixed number of partial
 * sums, so that every CPU adds in the same order. */
#include "kernel.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(32)));
typedef int32_t mask __attribute__((vector_size(32)));

enum { LANES = sizeof(vec) / sizeof(float), BLOCK = 4 * LANES };

/* What happens to each value before it is summed: its power, with its sign. */
enum { AS_IS, SQUARE, CUBE, FOURTH };

INLINE vec load(const float *x) {
  vec v;
  memcpy(&v, x, sizeof v);
  return v;
}

INLINE void store(float *x, vec v) { memcpy(x, &v, sizeof v); }

INLINE float larger(float a, float b) { return a > b ? a : b; }

INLINE vec larger_each(vec a, vec b) {
  mask m = a > b;
  return (vec)(((mask)a & m) | ((mask)b & ~m));
}

INLINE float raised(float v, int power) {
  switch (power) {
    case SQUARE: return v * fabsf(v);
    case CUBE: return v * v * v;
    case FOURTH: return v * v * (v * fabsf(v));
  }
  return v;
}

INLINE vec raised_each(vec v, int power) {
  vec magnitude = larger_each(v, -v);
  switch (power) {
    case SQUARE: return v * magnitude;
    case CUBE: return v * v * v;
    case FOURTH: return v * v * (v * magnitude);
  }
  return v;
}

/* Mean, maximum and the powers of one channel's plane. */
INLINE void read_plane(const float *x, int n, float scale, float shift, int power, float *out, float *mean, float *maximum) {
  vec sum[4] = {0}, most[4];
  for (int j = 0; j < 4; j++) most[j] = (vec){0} - INFINITY;
  int i = 0;
  for (; i + BLOCK <= n; i += BLOCK)
    for (int j = 0; j < 4; j++) {
      vec v = load(x + i + j * LANES) * scale + shift;
      sum[j] += v;
      most[j] = larger_each(v, most[j]);
      store(out + i + j * LANES, raised_each(v, power));
    }
  for (; i + LANES <= n; i += LANES) {
    vec v = load(x + i) * scale + shift;
    sum[0] += v;
    most[0] = larger_each(v, most[0]);
    store(out + i, raised_each(v, power));
  }
  vec s = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  vec m = larger_each(larger_each(most[0], most[1]), larger_each(most[2], most[3]));
  float total = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
  float top = larger(larger(larger(m[0], m[4]), larger(m[1], m[5])), larger(larger(m[2], m[6]), larger(m[3], m[7])));
  for (; i < n; i++) {
    float v = x[i] * scale + shift;
    total += v;
    top = larger(v, top);
    out[i] = raised(v, power);
  }
  *mean = total / n;
  *maximum = top;
}

/* Sums of the positive and of the negative values in each column of some rows, or their maximum. Columns come in blocks
 * of the given number of vectors; behind the last one lies memory to spare. */
INLINE void sum_columns(const float *t, int width, const int *rows, int x, int vectors, float *positive, float *negative) {
  vec p[4] = {0}, q[4] = {0};
  for (int y = rows[0]; y < rows[1]; y++)
    for (int j = 0; j < vectors; j++) {
      vec v = load(t + (size_t)y * width + x + j * LANES), above = larger_each(v, (vec){0});
      p[j] += above;
      q[j] += above - v;
    }
  for (int j = 0; j < vectors; j++) store(positive + x + j * LANES, p[j]), store(negative + x + j * LANES, q[j]);
}

INLINE void sum_rows(const float *t, int width, const int *rows, float *positive, float *negative) {
  int x = 0;
  for (; x + BLOCK <= width; x += BLOCK) sum_columns(t, width, rows, x, 4, positive, negative);
  for (; x < width; x += LANES) sum_columns(t, width, rows, x, 1, positive, negative);
}

INLINE float sum_line(const float *line, const int *columns) {
  float even = 0, odd = 0;
  int x = columns[0];
  for (; x + 2 <= columns[1]; x += 2) even += line[x], odd += line[x + 1];
  return x < columns[1] ? even + line[x] + odd : even + odd;
}

INLINE float max_cell(const float *t, int width, const int *rows, const int *columns) {
  float most = -INFINITY;
  for (int y = rows[0]; y < rows[1]; y++)
    for (int x = columns[0]; x < columns[1]; x++) most = larger(t[(size_t)y * width + x], most);
  return most;
}

/* The cube root of a number that is not negative: an estimate from the exponent, then Halley's method, twice. */
INLINE float cube_root(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  bits = bits / 3 + 709921077u;
  float y;
  memcpy(&y, &bits, 4);
  for (int i = 0; i < 2; i++) {
    float cube = y * y * y;
    y *= (cube + 2 * x) / (2 * cube + x);
  }
  return x < 1e-36f ? 0 : y;
}

INLINE void roots(float *embedding, const float *negative, size_t n, int power) {
  for (size_t i = 0; i < n; i++) switch (power) {
      case AS_IS: embedding[i] -= negative[i]; break;
      case SQUARE: embedding[i] = sqrtf(embedding[i]) - sqrtf(negative[i]); break;
      case CUBE: embedding[i] = cube_root(embedding[i]) - cube_root(negative[i]); break;
      case FOURTH: embedding[i] = sqrtf(sqrtf(embedding[i])) - sqrtf(sqrtf(negative[i])); break;
    }
}

/* Any exponent: divided by the largest magnitude, so that high powers stay within range. */
static float raise_plane(float *t, int n, float p) {
  float peak = 1e-12f;
  for (int i = 0; i < n; i++) peak = larger(fabsf(t[i]), peak);
  for (int i = 0; i < n; i++) t[i] = copysignf(powf(fabsf(t[i]) / peak, p), t[i]);
  return peak;
}

/* One channel's cells, as sums of the positive and of the negative values. */
INLINE void pool_cells(const pool_spec *s, const float *plane, float *lines, float *positive, float *negative) {
  float *above = lines, *below = lines + s->width + LANES;
  for (int r = 0; r < s->grid; r++) {
    const int *rows = s->rows + 2 * r;
    sum_rows(plane, s->width, rows, above, below);
    for (int c = 0; c < s->grid; c++) {
      const int *columns = s->columns + 2 * c;
      float size = (float)(rows[1] - rows[0]) * (float)(columns[1] - columns[0]);
      positive[r * s->grid + c] = sum_line(above, columns) / size;
      negative[r * s->grid + c] = sum_line(below, columns) / size;
    }
  }
}

INLINE void pool_with(const pool_spec *s, int power, int general, float *embedding, float *mean, float *maximum, float *room) {
  int area = s->height * s->width, cells = s->grid * s->grid;
  size_t n = (size_t)s->channels * cells;
  float *negative = room, *plane = room + n, *lines = plane + area + LANES;
  for (int c = 0; c < s->channels; c++) {
    float *p = embedding + (size_t)c * cells, *q = negative + (size_t)c * cells, peak = 1;
    read_plane(s->values + (size_t)c * area, area, s->scale ? s->scale[c] : 1, s->shift ? s->shift[c] : 0, power, plane, mean + c,
               maximum + c);
    if (s->kind == POOL_MAX) {
      for (int i = 0; i < cells; i++) p[i] = max_cell(plane, s->width, s->rows + 2 * (i / s->grid), s->columns + 2 * (i % s->grid));
      continue;
    }
    if (general) peak = raise_plane(plane, area, s->p);
    pool_cells(s, plane, lines, p, q);
    for (int i = 0; general && i < cells; i++) p[i] = peak * (powf(p[i], 1 / s->p) - powf(q[i], 1 / s->p)), q[i] = 0;
  }
  if (s->kind == POOL_POWER) roots(embedding, negative, n, power);
}

INLINE void pool_any(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room) {
  float p = s->kind == POOL_POWER ? s->p : 1;
  if (p == 1)
    pool_with(s, AS_IS, 0, embedding, mean, maximum, room);
  else if (p == 2)
    pool_with(s, SQUARE, 0, embedding, mean, maximum, room);
  else if (p == 3)
    pool_with(s, CUBE, 0, embedding, mean, maximum, room);
  else if (p == 4)
    pool_with(s, FOURTH, 0, embedding, mean, maximum, room);
  else
    pool_with(s, AS_IS, 1, embedding, mean, maximum, room);
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))) static void pool_avx512(const pool_spec *s, float *e, float *m,
                                                                                          float *x, float *r) {
  pool_any(s, e, m, x, r);
}

__attribute__((target("avx2,fma"))) static void pool_avx2(const pool_spec *s, float *e, float *m, float *x, float *r) {
  pool_any(s, e, m, x, r);
}
#endif

void pool_map(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    pool_avx512(s, embedding, mean, maximum, room);
    return;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    pool_avx2(s, embedding, mean, maximum, room);
    return;
  }
#endif
  pool_any(s, embedding, mean, maximum, room);
}
