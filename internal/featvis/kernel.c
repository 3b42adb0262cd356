/* What a step costs beside the network must be little against networks that take milliseconds: vectors of sixteen numbers,
 * which compilers turn into whatever the CPU has. */
#include "kernel.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

#include "fft.h"

INLINE vec load(const float *x) {
  vec v;
  memcpy(&v, x, sizeof v);
  return v;
}

INLINE void store(float *x, vec v) { memcpy(x, &v, sizeof v); }

/* Buffers for sixteen signals. */
typedef struct {
  vec *xr, *xi, *yr, *yi;
  float *re, *im; /* the spectrum of one plane: height x stride each */
} buffers;

INLINE buffers cut(const fv_spectrum *s) {
  int n = s->height > s->width ? s->height : s->width;
  vec *v = (vec *)(((uintptr_t)s->room + sizeof(vec) - 1) / sizeof(vec) * sizeof(vec));
  float *rest = (float *)(v + 4 * n);
  return (buffers){v, v + n, v + 2 * n, v + 3 * n, rest, rest + s->height * s->stride};
}

/* Rows of pairs of real signals: rows 2l and 2l+1 from y on are the real and the imaginary part of lane l. */
INLINE void rows_of_spectrum(const fv_spectrum *s, buffers b, int y) {
  float *zr = (float *)b.xr, *zi = (float *)b.xi;
  int half = s->width / 2 + 1, w = s->width;
  for (int l = 0; l < LANES; l++) {
    int ya = y + 2 * l, yb = ya + 1;
    for (int k = 0; k < half; k++) {
      int mirror = (w - k) % w, real = k == mirror;
      float ar = 0, ai = 0, br = 0, bi = 0;
      if (ya < s->height) ar = b.re[ya * s->stride + k], ai = real ? 0 : b.im[ya * s->stride + k];
      if (yb < s->height) br = b.re[yb * s->stride + k], bi = real ? 0 : b.im[yb * s->stride + k];
      zr[k * LANES + l] = ar - bi, zi[k * LANES + l] = ai + br;
      if (!real) zr[mirror * LANES + l] = ar + bi, zi[mirror * LANES + l] = br - ai;
    }
  }
}

INLINE void rows_to_spectrum(const fv_spectrum *s, buffers b, int y) {
  const float *zr = (const float *)b.xr, *zi = (const float *)b.xi;
  int half = s->width / 2 + 1, w = s->width;
  for (int l = 0; l < LANES; l++) {
    int ya = y + 2 * l, yb = ya + 1;
    for (int k = 0; k < half; k++) {
      int i = k * LANES + l, j = (w - k) % w * LANES + l;
      if (ya < s->height) {
        b.re[ya * s->stride + k] = (zr[i] + zr[j]) * 0.5f;
        b.im[ya * s->stride + k] = (zi[i] - zi[j]) * 0.5f;
      }
      if (yb < s->height) {
        b.re[yb * s->stride + k] = (zi[i] + zi[j]) * 0.5f;
        b.im[yb * s->stride + k] = (zr[j] - zr[i]) * 0.5f;
      }
    }
  }
}

INLINE void rows_to_plane(const fv_spectrum *s, buffers b, int y, float *plane) {
  const float *parts[2] = {(const float *)b.xr, (const float *)b.xi};
  for (int l = 0; l < 2 * LANES && y + l < s->height; l++)
    for (int x = 0; x < s->width; x++) plane[(y + l) * s->width + x] = parts[l % 2][x * LANES + l / 2];
}

INLINE void rows_of_plane(const fv_spectrum *s, buffers b, int y, const float *plane) {
  float *parts[2] = {(float *)b.xr, (float *)b.xi};
  for (int l = 0; l < 2 * LANES; l++)
    for (int x = 0; x < s->width; x++) parts[l % 2][x * LANES + l / 2] = y + l < s->height ? plane[(y + l) * s->width + x] : 0;
}

INLINE void render(const fv_spectrum *s, const float *variables, float *planes) {
  buffers b = cut(s);
  int entries = s->height * s->stride;
  for (int p = 0; p < s->planes; p++) {
    const float *re = variables + 2 * (size_t)p * entries, *im = re + entries;
    for (int x = 0; x < s->stride; x += LANES) {
      for (int y = 0; y < s->height; y++) {
        vec scale = load(s->scale + y * s->stride + x);
        b.xr[y] = load(re + y * s->stride + x) * scale, b.xi[y] = load(im + y * s->stride + x) * scale;
      }
      fft(&s->columns, b.xi, b.xr, b.yi, b.yr);
      for (int y = 0; y < s->height; y++) store(b.re + y * s->stride + x, b.xr[y]), store(b.im + y * s->stride + x, b.xi[y]);
    }
    for (int y = 0; y < s->height; y += 2 * LANES) {
      rows_of_spectrum(s, b, y);
      fft(&s->rows, b.xi, b.xr, b.yi, b.yr);
      rows_to_plane(s, b, y, planes + (size_t)p * s->height * s->width);
    }
  }
}

/* A column that stands for two of the whole spectrum counts twice. */
INLINE void adjoint(const fv_spectrum *s, const float *planes, float *variables) {
  buffers b = cut(s);
  int entries = s->height * s->stride;
  for (int p = 0; p < s->planes; p++) {
    float *re = variables + 2 * (size_t)p * entries, *im = re + entries;
    for (int y = 0; y < s->height; y += 2 * LANES) {
      rows_of_plane(s, b, y, planes + (size_t)p * s->height * s->width);
      fft(&s->rows, b.xr, b.xi, b.yr, b.yi);
      rows_to_spectrum(s, b, y);
    }
    for (int x = 0; x < s->stride; x += LANES) {
      vec count;
      for (int l = 0; l < LANES; l++) count[l] = x + l == 0 || 2 * (x + l) == s->width ? 1 : 2;
      for (int y = 0; y < s->height; y++) b.xr[y] = load(b.re + y * s->stride + x), b.xi[y] = load(b.im + y * s->stride + x);
      fft(&s->columns, b.xr, b.xi, b.yr, b.yi);
      for (int y = 0; y < s->height; y++) {
        vec scale = load(s->scale + y * s->stride + x) * count;
        store(re + y * s->stride + x, b.xr[y] * scale), store(im + y * s->stride + x, b.xi[y] * scale);
      }
    }
  }
}

typedef int32_t whole __attribute__((vector_size(64)));

INLINE vec choose(whole m, vec a, vec b) { return (vec)(((whole)a & m) | ((whole)b & ~m)); }

/* e to the power of x, to seven digits: a power of two, and a polynomial for the rest (Cephes' expf). */
INLINE vec exponential(vec x) {
  vec most = (vec){0} + 87;
  x = choose(x < -most, -most, choose(x > most, most, x));
  whole n = __builtin_convertvector(x * 1.44269504f + choose(x < 0, (vec){0} - 0.5f, (vec){0} + 0.5f), whole);
  vec f = __builtin_convertvector(n, vec), r = x - f * 0.693359375f + f * 2.12194440e-4f;
  vec e = (vec){0} + 1.9875691500e-4f;
  e = e * r + 1.3981999507e-3f, e = e * r + 8.3334519073e-3f, e = e * r + 4.1665795894e-2f, e = e * r + 1.6666665459e-1f;
  e = e * r + 5.0000001201e-1f, e = e * r * r + r + 1;
  return e * (vec)((n + 127) << 23);
}

/* The square root, to seven digits: an estimate of its reciprocal from the exponent, then Newton's method. */
INLINE vec root(vec x) {
  vec y = (vec)(0x5f3759df - ((whole)x >> 1));
  for (int i = 0; i < 3; i++) y *= 1.5f - 0.5f * x * y * y;
  return x * y;
}

/* Some of sixteen numbers at the end of an array; the rest is 0. */
INLINE vec load_some(const float *x, int n) {
  float some[LANES] = {0};
  memcpy(some, x, n * sizeof *x);
  return load(some);
}

INLINE void store_some(float *x, vec v, int n) { memcpy(x, &v, n * sizeof *x); }

/* The sigmoid reaches a little beyond 0 and 1 and is cut off there: pure black and white are within reach. */
static const float beyond = 0.02f;

INLINE vec squashed(vec x) {
  vec y = (1 + 2 * beyond) / (1 + exponential(-x)) - beyond, one = (vec){0} + 1;
  return choose(y < 0, (vec){0}, choose(y > one, one, y));
}

INLINE void colour(float *planes, int count, int area, const float *m) {
  for (int p = 0; m && p < count; p += 3) {
    float *a = planes + (size_t)p * area, *b = a + area, *c = b + area;
    for (int i = 0; i < area; i++) {
      float x = a[i], y = b[i], z = c[i];
      a[i] = m[0] * x + m[1] * y + m[2] * z, b[i] = m[3] * x + m[4] * y + m[5] * z, c[i] = m[6] * x + m[7] * y + m[8] * z;
    }
  }
  int64_t n = (int64_t)count * area, i = 0;
  for (; i + LANES <= n; i += LANES) store(planes + i, squashed(load(planes + i)));
  store_some(planes + i, squashed(load_some(planes + i, n - i)), n - i);
}

INLINE void uncolour(const float *pictures, float *gradient, int count, int area, const float *m) {
  for (int64_t i = 0; i < (int64_t)count * area; i++) {
    float v = pictures[i], s = (v + beyond) / (1 + 2 * beyond), g = gradient[i];
    int out = (v <= 0) & (g < 0) | (v >= 1) & (g > 0); /* what was cut off may come back in, but goes no further */
    gradient[i] = out ? 0 : g * (1 + 2 * beyond) * s * (1 - s);
  }
  for (int p = 0; m && p < count; p += 3) {
    float *a = gradient + (size_t)p * area, *b = a + area, *c = b + area;
    for (int i = 0; i < area; i++) {
      float x = a[i], y = b[i], z = c[i];
      a[i] = m[0] * x + m[3] * y + m[6] * z, b[i] = m[1] * x + m[4] * y + m[7] * z, c[i] = m[2] * x + m[5] * y + m[8] * z;
    }
  }
}

/* A place beyond the border is where its mirror image is: back and forth, as often as it takes. */
INLINE float mirrored(float x, int last) {
  float period = 2 * last, n = (float)(int)(x / period) - (x < 0);
  x -= n * period;
  x = x > last ? period - x : x;
  return x < 0 ? 0 : x;
}

INLINE void aim(const double *m, int size, int *at, float *weight) {
  float *down = weight, *right = weight + (size_t)size * size;
  for (int y = 0; y < size; y++) {
    double fy = m[2] + m[0] * y, fx = m[5] + m[3] * y;
    for (int x = 0; x < size; x++) {
      float sy = mirrored((float)(fy + m[1] * x), size - 1), sx = mirrored((float)(fx + m[4] * x), size - 1);
      int iy = (int)sy, ix = (int)sx, i = y * size + x;
      iy = iy > size - 2 ? size - 2 : iy < 0 ? 0 : iy, ix = ix > size - 2 ? size - 2 : ix < 0 ? 0 : ix;
      at[i] = iy * size + ix, down[i] = sy - iy, right[i] = sx - ix;
    }
  }
}

INLINE void move(const float *from, int size, const int *at, const float *weight, float *to) {
  const float *down = weight, *right = weight + (size_t)size * size, *below = from + size;
  for (int i = 0; i < size * size; i++) {
    int k = at[i];
    float top = from[k] + right[i] * (from[k + 1] - from[k]);
    float bottom = below[k] + right[i] * (below[k + 1] - below[k]);
    to[i] = top + down[i] * (bottom - top);
  }
}

INLINE vec climbed(vec x, vec *first, vec *second, vec g, float rate, float tiny) {
  *first = 0.9f * *first + 0.1f * g;
  *second = 0.999f * *second + 0.001f * g * g;
  return x + rate * *first / (root(*second) + tiny);
}

INLINE void climb(float *variables, float *first, float *second, const float *gradient, int n, float rate, float tiny) {
  int i = 0;
  for (; i + LANES <= n; i += LANES) {
    vec m = load(first + i), v = load(second + i);
    store(variables + i, climbed(load(variables + i), &m, &v, load(gradient + i), rate, tiny));
    store(first + i, m), store(second + i, v);
  }
  vec m = load_some(first + i, n - i), v = load_some(second + i, n - i);
  vec x = climbed(load_some(variables + i, n - i), &m, &v, load_some(gradient + i, n - i), rate, tiny);
  store_some(variables + i, x, n - i), store_some(first + i, m, n - i), store_some(second + i, v, n - i);
}

/* Every function for every kind of CPU. */
#define VARIANTS(call)                                                                                 \
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && \
      __builtin_cpu_supports("fma"))                                                                   \
    wide_##call;                                                                                       \
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))                            \
    half_##call;                                                                                       \
  else                                                                                                 \
    call;
#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512dq,avx512vl,fma"))) static void
#define HALF __attribute__((target("avx2,fma"))) static void
#define DEFINE(name, parameters, call)             \
  WIDE wide_##name parameters { call; }            \
  HALF half_##name parameters { call; }            \
  void fv_##name parameters { VARIANTS(call) }
#else
#define DEFINE(name, parameters, call) \
  void fv_##name parameters { call; }
#endif

DEFINE(render, (const fv_spectrum *s, const float *v, float *p), render(s, v, p))
DEFINE(adjoint, (const fv_spectrum *s, const float *p, float *v), adjoint(s, p, v))
DEFINE(colour, (float *p, int n, int a, const float *m), colour(p, n, a, m))
DEFINE(uncolour, (const float *p, float *g, int n, int a, const float *m), uncolour(p, g, n, a, m))
DEFINE(aim, (const double *m, int n, int *at, float *w), aim(m, n, at, w))
DEFINE(move, (const float *f, int n, const int *at, const float *w, float *to), move(f, n, at, w, to))
DEFINE(climb, (float *v, float *m, float *q, const float *g, int n, float r, float t), climb(v, m, q, g, n, r, t))

/* Two pixels may add to the same place: one after the other. */
void fv_back(const float *from, int size, const int *at, const float *weight, float *to) {
  const float *down = weight, *right = weight + (size_t)size * size;
  for (int i = 0; i < size * size; i++) {
    float *upper = to + at[i], *lower = upper + size, bottom = from[i] * down[i], top = from[i] - bottom;
    upper[1] += top * right[i], upper[0] += top - top * right[i];
    lower[1] += bottom * right[i], lower[0] += bottom - bottom * right[i];
  }
}
