/* Rows that are all compared with each other. A matrix product gives every squared distance, |a|² + |b|² − 2 ab, and with it
 * the cosine; sums of powers need a pass of their own. Both are floats. Rows are centred first for the product: distances do not
 * change by that, but norms, and with them rounding errors, shrink, since the vectors of an early layer differ far less than
 * they are long. All is scaled by a power of two, so that nothing overflows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pairs.h"

struct pairs *vecscan_pairs_new(int n, int dim) {
  struct pairs *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  size_t rows = n ? n : 1, numbers = dim ? dim : 1;
  *p = (struct pairs){.n = n, .dim = dim, .panels = (n + PANEL - 1) / PANEL, .scale = 1};
  p->rows = malloc(rows * numbers * sizeof *p->rows);
  p->mean = calloc(numbers, sizeof *p->mean);
  p->spread = calloc(4 * rows, sizeof *p->spread);
  if (p->spread) {
    p->length = p->spread + rows;
    p->inverse = p->spread + 2 * rows;
    p->norm2 = p->spread + 3 * rows;
  }
  if (p->rows && p->mean && p->spread) return p;
  vecscan_pairs_free(p);
  return NULL;
}

void vecscan_pairs_free(struct pairs *p) {
  if (!p) return;
  free(p->rows);
  free(p->packed);
  free(p->mean);
  free(p->spread);
  free(p);
}

float *vecscan_pairs_row(struct pairs *p, int i) { return p->rows + (size_t)i * p->dim; }

/* The mean row, and the scale that brings the largest deviation from it to about 1. */
int vecscan_pairs_measure(struct pairs *p) {
  double widest = 0;
  for (int i = 0; i < p->n; i++)
    for (int k = 0; k < p->dim; k++) p->mean[k] += vecscan_pairs_row(p, i)[k];
  for (int k = 0; k < p->dim; k++) {
    p->mean[k] /= p->n ? p->n : 1;
    if (!isfinite(p->mean[k])) return 0;
  }
  for (int i = 0; i < p->n; i++)
    for (int k = 0; k < p->dim; k++) widest = fmax(widest, fabs(vecscan_pairs_row(p, i)[k] - p->mean[k]));
  int exponent = 0;
  if (widest > 0) frexp(widest, &exponent);
  p->scale = ldexp(1, -exponent);
  return 1;
}

int vecscan_pairs_prepare(struct pairs *p, enum kind kind) {
  p->kind = kind;
  size_t bytes = (size_t)p->panels * PANEL * p->dim * sizeof *p->packed;
  if (!p->packed) p->packed = aligned_alloc(64, bytes ? (bytes + 63) / 64 * 64 : 64);
  return p->packed != NULL;
}

/* Packs row i less the mean, and keeps its lengths with and without it. */
static void centred(struct pairs *p, int i, float *to) {
  const float *x = vecscan_pairs_row(p, i);
  double spread = 0, length = 0;
  for (int k = 0; k < p->dim; k++) {
    float c = (x[k] - p->mean[k]) * p->scale;
    to[(size_t)k * PANEL] = c;
    spread += (double)c * c;
    length += x[k] * p->scale * (x[k] * p->scale);
  }
  p->spread[i] = sqrt(spread);
  p->length[i] = sqrt(length);
  p->inverse[i] = length > 0 ? 1 / sqrt(length) : 0;
  p->norm2[i] = vecscan_norm2((const char *)x, p->dim);
}

/* Packs row i as it is, so that differences are rounded once. A number that is 2^27 times as large as what rows differ by
 * is the same in all rows, since floats differ by at least one part in 2^24: it adds nothing to any distance. */
static void plain(const struct pairs *p, int i, float *to) {
  const float *x = p->rows + (size_t)i * p->dim;
  for (int k = 0; k < p->dim; k++) {
    double scaled = x[k] * p->scale;
    to[(size_t)k * PANEL] = fabs(scaled) > 0x1p27 ? 0 : scaled;
  }
}

void vecscan_pairs_pack(struct pairs *p, int panel) {
  float *to = p->packed + (size_t)panel * PANEL * p->dim;
  memset(to, 0, (size_t)PANEL * p->dim * sizeof *to);
  for (int r = 0; r < PANEL && panel * PANEL + r < p->n; r++) {
    if (p->kind == PRODUCTS)
      centred(p, panel * PANEL + r, to + r);
    else
      plain(p, panel * PANEL + r, to + r);
  }
}
