#ifndef VECSCAN_H
#define VECSCAN_H

#include <stdint.h>

enum metric { COSINE, EUCLIDEAN, SQEUCLIDEAN, MINKOWSKI };

enum { MAX_K = 4096 };

/* Fast float sums of one instruction set. Rows are bytes, since blobs are not aligned. */
struct kernel {
  double (*sum1)(const char *x, const float *q, int n); /* Σ |x−q| */
  double (*sum2)(const char *x, const float *q, int n); /* Σ |x−q|² */
  double (*sum3)(const char *x, const float *q, int n); /* Σ |x−q|³ */
  double (*sum4)(const char *x, const float *q, int n); /* Σ |x−q|⁴ */
  void (*dot)(const char *x, const float *q, int n, double *xq, double *xx);
};

const struct kernel *vecscan_kernel(void);
const char *vecscan_kernel_name(void);
int vecscan_use(const char *name); /* 0: unknown, or not on this CPU */

/* The distance in 64-bit arithmetic, the same on every CPU. Not finite only if a number in x is not. */
double vecscan_exact(enum metric metric, double p, const char *x, const float *q, int n);

/* What is known of a search so far. */
struct scan {
  const struct kernel *kernel;
  enum metric metric;
  double p;
  int power;   /* p where a fast sum has it, else 0 */
  int k, n;    /* places in the heap, and how many are taken */
  int dim;
  int64_t exclude;
  float *query;
  double query_norm; /* |q|², for cosine */
  int query_plain;   /* whether |q|² is well inside the range of floats */
  struct hit { double distance; int64_t rowid; } *heap; /* the worst on top */
  double near, far;  /* fast values at most near, or at least far, deserve an exact look */
  double farthest;
  int64_t compared;
};

int vecscan_begin(struct scan *s, enum metric metric, double p, int k, int64_t exclude, const char *query, int dim);
/* Returns 0, or -1 when the row of *bad holds a number that is not finite. */
int vecscan_chunk(struct scan *s, const unsigned char *validity, const char *rowids, const char *vectors, int rows,
                  int64_t *bad);
void vecscan_sort(struct scan *s); /* nearest first; ends the scan */
void vecscan_end(struct scan *s);

void vecscan_register(void);

#endif
