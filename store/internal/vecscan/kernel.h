/* Float sums over vector lanes. Included once per instruction set with
 *   SUFFIX  end of the functions' names
 *   TARGET  attribute that allows the instructions
 *   WIDTH   bytes of a vector register
 * Sums are taken in floats over blocks that are short enough to keep six digits, and in doubles over blocks. They decide
 * which rows are worth an exact look; what callers see is computed in doubles (exact.h). */

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define NAME(x) JOIN(x, SUFFIX)
#define LANES (WIDTH / 4)
#define STEP (4 * LANES)
#define INLINE static inline __attribute__((always_inline)) TARGET

/* Blobs lie anywhere in a page, so loads must not assume alignment. */
typedef float NAME(vec) __attribute__((vector_size(WIDTH), may_alias));
typedef float NAME(load) __attribute__((vector_size(WIDTH), aligned(1), may_alias));
typedef int NAME(bits) __attribute__((vector_size(WIDTH), may_alias));
#define V NAME(vec)
#define LOAD(p) ((V) * (const NAME(load) *)(p))
#define ABS(x) ((V)((NAME(bits))(x) & 0x7fffffff))

INLINE double NAME(total)(V a, V b, V c, V d) {
  union { V v; float f[LANES]; } t;
  t.v = (a + b) + (c + d);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) t.f[i] += t.f[i + half];
  return t.f[0];
}

/* SUM defines a function that adds TERM(d) over all differences d. VTERM is TERM for vectors. */
#define SUM(name, VTERM, TERM)                                              \
  TARGET static double NAME(name)(const char *x, const float *q, int n) {   \
    double sum = 0;                                                         \
    int i = 0;                                                              \
    while (i + LANES <= n) {                                                \
      V a = {0}, b = {0}, c = {0}, d = {0}, t;                              \
      int end = n - i > BLOCK ? i + BLOCK : n;                              \
      for (; i + STEP <= end; i += STEP) {                                  \
        t = LOAD(x + 4 * i) - LOAD(q + i), a += VTERM(t);                   \
        t = LOAD(x + 4 * (i + LANES)) - LOAD(q + i + LANES), b += VTERM(t); \
        t = LOAD(x + 4 * (i + 2 * LANES)) - LOAD(q + i + 2 * LANES), c += VTERM(t); \
        t = LOAD(x + 4 * (i + 3 * LANES)) - LOAD(q + i + 3 * LANES), d += VTERM(t); \
      }                                                                     \
      for (; i + LANES <= end; i += LANES)                                  \
        t = LOAD(x + 4 * i) - LOAD(q + i), a += VTERM(t);                   \
      sum += NAME(total)(a, b, c, d);                                       \
    }                                                                       \
    for (; i < n; i++) {                                                    \
      float t = at(x, i) - q[i];                                            \
      sum += TERM(t);                                                       \
    }                                                                       \
    return sum;                                                             \
  }

#define VTERM1(t) ABS(t)
#define VTERM2(t) (t) * (t)
#define VTERM3(t) (t) * (t) * ABS(t)
#define VTERM4(t) ((t) * (t)) * ((t) * (t))
#define TERM1(t) fabsf(t)
#define TERM2(t) ((t) * (t))
#define TERM3(t) ((t) * (t)*fabsf(t))
#define TERM4(t) ((t) * (t) * (t) * (t))

SUM(sum1, VTERM1, TERM1)
SUM(sum2, VTERM2, TERM2)
SUM(sum3, VTERM3, TERM3)
SUM(sum4, VTERM4, TERM4)

/* Writes x·q and x·x. */
TARGET static void NAME(dot)(const char *x, const float *q, int n, double *xq, double *xx) {
  double dot = 0, norm = 0;
  int i = 0;
  while (i + LANES <= n) {
    V a = {0}, b = {0}, c = {0}, d = {0}, t;
    int end = n - i > BLOCK ? i + BLOCK : n;
    for (; i + 2 * LANES <= end; i += 2 * LANES) {
      t = LOAD(x + 4 * i), a += t * LOAD(q + i), b += t * t;
      t = LOAD(x + 4 * (i + LANES)), c += t * LOAD(q + i + LANES), d += t * t;
    }
    for (; i + LANES <= end; i += LANES)
      t = LOAD(x + 4 * i), a += t * LOAD(q + i), b += t * t;
    V zero = {0};
    dot += NAME(total)(a, c, zero, zero);
    norm += NAME(total)(b, d, zero, zero);
  }
  for (; i < n; i++) {
    float t = at(x, i);
    dot += t * q[i];
    norm += t * t;
  }
  *xq = dot;
  *xx = norm;
}

#include "tiles.h"

static const struct kernel NAME(kernel) = {
    NAME(sum1), NAME(sum2), NAME(sum3), NAME(sum4), NAME(dot), NAME(block)};

#undef JOIN2
#undef JOIN
#undef NAME
#undef LANES
#undef STEP
#undef INLINE
#undef V
#undef LOAD
#undef ABS
#undef SUM
#undef VTERM1
#undef VTERM2
#undef VTERM3
#undef VTERM4
#undef TERM1
#undef TERM2
#undef TERM3
#undef TERM4
#undef SUFFIX
#undef TARGET
#undef WIDTH
