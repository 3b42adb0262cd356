#ifndef VECSCAN_H
#define VECSCAN_H

#include <stdint.h>

enum metric { COSINE, EUCLIDEAN, SQEUCLIDEAN, MINKOWSKI };

enum { MAX_K = 4096 };

enum kind { PRODUCTS, SUM1, SUM3, SUM4 }; /* Σ xy, Σ |x−y|, Σ |x−y|³, Σ |x−y|⁴ */

enum { PANEL = 48, DEPTH = 128 }; /* rows packed side by side; terms that are added up in floats */

/* Fast float sums of one instruction set. Rows are bytes, since blobs are not aligned. */
struct kernel {
  double (*sum1)(const char *x, const float *q, int n); /* Σ |x−q| */
  double (*sum2)(const char *x, const float *q, int n); /* Σ |x−q|² */
  double (*sum3)(const char *x, const float *q, int n); /* Σ |x−q|³ */
  double (*sum4)(const char *x, const float *q, int n); /* Σ |x−q|⁴ */
  void (*dot)(const char *x, const float *q, int n, double *xq, double *xx);
  /* One value for every row of `count` panels and every row of all `panels`: what `kind` says (tiles.h). */
  void (*block)(enum kind kind, const float *packed, int panels, int dim, int first, int count, float *out);
};

const struct kernel *vecscan_kernel(void);
const char *vecscan_kernel_name(void);
int vecscan_use(const char *name); /* 0: unknown, or not on this CPU */

/* The distance in 64-bit arithmetic, the same on every CPU. Not finite only if a number in x is not. */
double vecscan_exact(enum metric metric, double p, const char *x, const float *q, int n);
/* The same for cosine where x·x and q·q are known already. */
double vecscan_norm2(const char *x, int n);
double vecscan_cosine(const char *x, const float *q, int n, double x2, double q2);

/* What is known of a search so far. */
struct scan {
  const struct kernel *kernel;
  enum metric metric;
  double p;
  int power;   /* p where a fast sum has it, else 0 */
  int k, n;    /* places in the heap, and how many are taken */
  int dim;
  int64_t *exclude; /* rowids that are not compared, ascending */
  int excluded;
  float *query;
  double query_norm; /* |q|², for cosine */
  int query_plain;   /* whether |q|² is well inside the range of floats */
  struct hit { double distance; int64_t rowid; } *heap; /* the worst on top */
  double near, far;  /* fast values at most near, or at least far, deserve an exact look */
  double farthest;
  int64_t compared;
};

int vecscan_begin(struct scan *s, enum metric metric, double p, int k, const char *query, int dim);
/* Leaves rowids out, ascending and packed. Returns 0 when there is no memory. */
int vecscan_exclude(struct scan *s, const char *rowids, int n);
/* Returns 0, or -1 when the row of *bad holds a number that is not finite. */
int vecscan_chunk(struct scan *s, const unsigned char *validity, const char *rowids, const char *vectors, int rows,
                  int64_t *bad);
void vecscan_sort(struct scan *s); /* nearest first; ends the scan */
void vecscan_end(struct scan *s);

/* Rows that are compared with each other (pairs.c). */
struct pairs;
struct pairs *vecscan_pairs_new(int n, int dim); /* NULL: out of memory */
float *vecscan_pairs_row(struct pairs *p, int i);
int vecscan_pairs_measure(struct pairs *p); /* once all rows are there */
int vecscan_pairs_prepare(struct pairs *p, enum kind kind);
void vecscan_pairs_pack(struct pairs *p, int panel);
void vecscan_pairs_free(struct pairs *p);

/* What one thread needs to order rows: memory that is used again and again. */
struct work;
struct work *vecscan_work_new(const struct pairs *p, int panels); /* NULL: out of memory */
void vecscan_work_free(struct work *w);
/* Fills in the quick values of `count` panels of rows from panel `first` on. */
void vecscan_work_block(const struct pairs *p, struct work *w, int first, int count);
/* Orders all rows but row i, which is in the block, nearest first; the first `depth` of them exactly. */
void vecscan_work_order(const struct pairs *p, struct work *w, enum metric metric, double power, int i, int depth, int32_t *order);

void vecscan_register(void);

#endif
