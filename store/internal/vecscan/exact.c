/* Distances in doubles. Eight partial sums in a fixed order, so that every compiler may use vectors and every CPU gets the
 * same result; only general powers depend on the C library, in the last digit. A float squared, cubed or to the fourth
 * fits a double's range, so only general powers need scaling. */
#include <math.h>
#include <string.h>

#include "vecscan.h"

/* Fused operations round differently; a result must not depend on whether the CPU has them. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#define UNFUSED
#else
#define UNFUSED __attribute__((optimize("fp-contract=off")))
#endif

enum { PARTS = 8 };

static inline __attribute__((always_inline)) double at(const char *x, int i) {
  float f;
  memcpy(&f, x + 4 * (size_t)i, 4);
  return f;
}

static inline __attribute__((always_inline)) double total(const double *s) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

#define SUM(name, TERM)                                                   \
  UNFUSED static double name(const char *x, const float *q, int n) {      \
    double s[PARTS] = {0};                                                \
    int i = 0;                                                            \
    for (; i + PARTS <= n; i += PARTS)                                    \
      for (int j = 0; j < PARTS; j++) {                                   \
        double t = fabs(at(x, i + j) - (double)q[i + j]);                 \
        s[j] += TERM;                                                     \
      }                                                                   \
    for (int j = 0; i < n; i++, j++) {                                    \
      double t = fabs(at(x, i) - (double)q[i]);                           \
      s[j] += TERM;                                                       \
    }                                                                     \
    return total(s);                                                      \
  }

SUM(sum1, t)
SUM(sum2, t *t)
SUM(sum3, t *t *t)
SUM(sum4, (t * t) * (t * t))

/* Σ |x−q|^p, scaled by the largest term so that no power overflows or vanishes. */
UNFUSED static double general(const char *x, const float *q, int n, double p) {
  double largest = 0, sum = 0;
  for (int i = 0; i < n; i++) {
    double t = fabs(at(x, i) - (double)q[i]);
    if (!(t <= largest)) largest = t; /* takes a NaN, too */
  }
  if (largest == 0 || !isfinite(largest)) return largest;
  for (int i = 0; i < n; i++) {
    double t = fabs(at(x, i) - (double)q[i]);
    if (t != 0) sum += pow(t / largest, p);
  }
  return largest * pow(sum, 1 / p);
}

/* The cube root by Newton's method: libraries differ in the last digit of cbrt. */
UNFUSED static double root3(double v) {
  if (v == 0 || !isfinite(v)) return v;
  int exponent;
  double m = frexp(v, &exponent), y = 1;
  for (; exponent % 3; exponent++) m /= 2;
  for (int i = 0; i < 8; i++) y -= (y - m / (y * y)) / 3;
  return ldexp(y, exponent / 3);
}

UNFUSED double vecscan_norm2(const char *x, int n) {
  double xx[PARTS] = {0};
  int i = 0;
  for (; i + PARTS <= n; i += PARTS)
    for (int j = 0; j < PARTS; j++) xx[j] += at(x, i + j) * at(x, i + j);
  for (int j = 0; i < n; i++, j++) xx[j] += at(x, i) * at(x, i);
  return total(xx);
}

UNFUSED double vecscan_cosine(const char *x, const float *q, int n, double x2, double q2) {
  double xq[PARTS] = {0};
  if (!isfinite(x2)) return NAN;
  if (x2 == 0 || q2 == 0) return x2 == q2 ? 0 : 1;
  int i = 0;
  for (; i + PARTS <= n; i += PARTS)
    for (int j = 0; j < PARTS; j++) xq[j] += at(x, i + j) * (double)q[i + j];
  for (int j = 0; i < n; i++, j++) xq[j] += at(x, i) * (double)q[i];
  double d = 1 - total(xq) / (sqrt(x2) * sqrt(q2));
  return d < 0 ? 0 : d > 2 ? 2 : d;
}

double vecscan_exact(enum metric metric, double p, const char *x, const float *q, int n) {
  switch (metric) {
    case COSINE: return vecscan_cosine(x, q, n, vecscan_norm2(x, n), vecscan_norm2((const char *)q, n));
    case EUCLIDEAN: return sqrt(sum2(x, q, n));
    case SQEUCLIDEAN: return sum2(x, q, n);
    case MINKOWSKI: break;
  }
  if (p == 1) return sum1(x, q, n);
  if (p == 2) return sqrt(sum2(x, q, n));
  if (p == 3) return root3(sum3(x, q, n));
  if (p == 4) return sqrt(sqrt(sum4(x, q, n)));
  return general(x, q, n, p);
}
