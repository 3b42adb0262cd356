/* A bounded heap of the nearest rows. A fast float value decides whether a row can be among them; only then is its
 * distance computed in doubles. The margin is wider than the fast value's error, so nothing is lost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vecscan.h"

/* Inside this range neither a float's square nor its fourth power has lost digits that matter. */
static const double smallest = 1e-20, largest = 1e30, margin = 2e-5;

static int plain(double v) { return v >= smallest && v <= largest; }

int vecscan_begin(struct scan *s, enum metric metric, double p, int k, const char *query, int dim) {
  *s = (struct scan){.kernel = vecscan_kernel(), .metric = metric, .p = p, .k = k, .dim = dim,
                     .near = INFINITY, .far = -INFINITY, .farthest = 0};
  s->power = metric == MINKOWSKI ? (p == 1) + 2 * (p == 2) + 3 * (p == 3) + 4 * (p == 4) : 2;
  s->query = malloc((size_t)dim * sizeof *s->query);
  s->heap = malloc((size_t)k * sizeof *s->heap);
  if (!s->query || !s->heap) return 0;
  memcpy(s->query, query, (size_t)dim * sizeof *s->query);
  for (int i = 0; i < dim; i++) s->query_norm += (double)s->query[i] * s->query[i];
  s->query_plain = plain(s->query_norm);
  return 1;
}

int vecscan_exclude(struct scan *s, const char *rowids, int n) {
  if (!n) return 1;
  s->exclude = malloc((size_t)n * sizeof *s->exclude);
  if (!s->exclude) return 0;
  memcpy(s->exclude, rowids, (size_t)n * sizeof *s->exclude);
  s->excluded = n;
  return 1;
}

static int excluded(const struct scan *s, int64_t rowid) {
  int low = 0, high = s->excluded;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (s->exclude[middle] < rowid) low = middle + 1;
    else high = middle;
  }
  return low < s->excluded && s->exclude[low] == rowid;
}

void vecscan_end(struct scan *s) {
  free(s->query);
  free(s->heap);
  free(s->exclude);
  s->query = NULL;
  s->heap = NULL;
  s->exclude = NULL;
}

/* A quick value that grows with the distance, or NaN where it cannot be trusted. */
static double quick(const struct scan *s, const char *x) {
  double sum = NAN, norm;
  if (s->metric == COSINE) {
    if (!s->query_plain) return NAN;
    s->kernel->dot(x, s->query, s->dim, &sum, &norm);
    return plain(norm) ? 1 - sum / sqrt(norm * s->query_norm) : NAN;
  }
  switch (s->power) {
    case 1: sum = s->kernel->sum1(x, s->query, s->dim); break;
    case 2: sum = s->kernel->sum2(x, s->query, s->dim); break;
    case 3: sum = s->kernel->sum3(x, s->query, s->dim); break;
    case 4: sum = s->kernel->sum4(x, s->query, s->dim); break;
  }
  return plain(sum) ? sum : NAN;
}

/* The quick value that belongs to a distance, moved by the margin in the direction of sign. */
static double bound(const struct scan *s, double distance, int sign) {
  if (s->metric == COSINE) return distance + sign * margin;
  double sum = distance;
  if (s->metric == EUCLIDEAN) sum = distance * distance;
  if (s->metric == MINKOWSKI) sum = pow(distance, s->power ? s->power : 1);
  return sum * (1 + sign * margin);
}

static int worse(struct hit a, struct hit b) {
  return a.distance > b.distance || (a.distance == b.distance && a.rowid > b.rowid);
}

/* Lets h sink from the top of a heap of n. */
static void sink(struct hit *heap, int n, struct hit h) {
  int i = 0;
  for (;;) {
    int child = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && worse(heap[child + 1], heap[child])) child++;
    if (!worse(heap[child], h)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = h;
}

static void keep(struct scan *s, struct hit h) {
  if (s->n == s->k) {
    if (worse(s->heap[0], h)) sink(s->heap, s->n, h);
  } else {
    int i = s->n++;
    for (; i > 0 && worse(h, s->heap[(i - 1) / 2]); i = (i - 1) / 2) s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = h;
  }
  if (s->n == s->k) s->near = bound(s, s->heap[0].distance, 1);
}

/* Returns 0 when the row holds a number that is not finite. */
static int consider(struct scan *s, int64_t rowid, const char *x) {
  s->compared++;
  double value = quick(s, x);
  if (value > s->near && value < s->far) return 1;
  struct hit h = {vecscan_exact(s->metric, s->p, x, s->query, s->dim), rowid};
  if (!isfinite(h.distance)) return 0;
  keep(s, h);
  if (h.distance > s->farthest || s->compared == 1) {
    s->farthest = h.distance;
    s->far = bound(s, h.distance, -1);
  }
  return 1;
}

int vecscan_chunk(struct scan *s, const unsigned char *validity, const char *rowids, const char *vectors, int rows,
                  int64_t *bad) {
  size_t stride = (size_t)s->dim * 4;
  for (int i = 0; i < rows; i++) {
    int64_t rowid;
    if (!(validity[i / 8] >> (i % 8) & 1)) continue;
    memcpy(&rowid, rowids + 8 * (size_t)i, 8);
    if (excluded(s, rowid)) continue;
    if (!consider(s, rowid, vectors + i * stride)) {
      *bad = rowid;
      return -1;
    }
  }
  return 0;
}

void vecscan_sort(struct scan *s) {
  for (int n = s->n - 1; n > 0; n--) {
    struct hit last = s->heap[n];
    s->heap[n] = s->heap[0];
    sink(s->heap, n, last);
  }
}
