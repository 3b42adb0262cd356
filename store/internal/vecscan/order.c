/* Orders all rows by their distance from one of them. Quick values bring them in order; those that could be among the first
 * are then measured exactly. How far a quick value can be off is known, so the first places are those of the exact distances. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pairs.h"

struct place {
  double distance;
  int32_t row;
};

struct work {
  int first;               /* panel with which the block begins */
  float *block;            /* quick values: rows of the block × all rows */
  uint64_t *entry, *spare; /* quick value and row, for sorting */
  double *value;
  struct place *place; /* candidates for the first places */
  char *taken;         /* rows that have one of them */
};

struct work *vecscan_work_new(const struct pairs *p, int panels) {
  struct work *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  size_t n = p->n ? p->n : 1, row = (size_t)p->panels * PANEL * sizeof *w->block;
  w->block = aligned_alloc(64, row * panels * PANEL);
  w->entry = malloc(n * sizeof *w->entry);
  w->spare = malloc(n * sizeof *w->spare);
  w->value = malloc(n * sizeof *w->value);
  w->place = malloc(n * sizeof *w->place);
  w->taken = calloc(n, 1);
  if (w->block && w->entry && w->spare && w->value && w->place && w->taken) return w;
  vecscan_work_free(w);
  return NULL;
}

void vecscan_work_free(struct work *w) {
  if (!w) return;
  free(w->block);
  free(w->entry);
  free(w->spare);
  free(w->value);
  free(w->place);
  free(w->taken);
  free(w);
}

void vecscan_work_block(const struct pairs *p, struct work *w, int first, int count) {
  w->first = first;
  vecscan_kernel()->block(p->kind, p->packed, p->panels, p->dim, first, count, w->block);
}

/* What is to be ordered, from where, and how far quick values can be off: a float has u = 2^-24, and sums of DEPTH terms are
 * taken in floats before they are added up. */
struct query {
  const struct pairs *p;
  enum metric metric;
  double power;
  int i;
  enum { POWERS, SQUARES, ANGLES } values;
  double share;    /* of a value: its own rounding */
  double product;  /* of the lengths of both rows: the rounding of their product */
  double rounding; /* of 64-bit sums */
};

static struct query ask(const struct pairs *p, enum metric metric, double power, int i) {
  const double u = 0x1p-24, sum = u * (DEPTH + p->dim / DEPTH + 8);
  struct query q = {.p = p, .metric = metric, .power = power, .i = i, .share = 2 * u, .product = 2 * sum};
  q.rounding = 0x1p-53 * (p->dim / 8 + 16);
  q.values = metric == COSINE ? ANGLES : SQUARES;
  if (p->kind != PRODUCTS || (metric == MINKOWSKI && power != 2)) q.values = POWERS, q.share = sum + q.rounding;
  return q;
}

static double exact(const struct query *q, int j) {
  const struct pairs *p = q->p;
  const float *x = p->rows + (size_t)j * p->dim, *own = p->rows + (size_t)q->i * p->dim;
  if (q->metric == COSINE) return vecscan_cosine((const char *)x, own, p->dim, p->norm2[j], p->norm2[q->i]);
  return vecscan_exact(q->metric, q->power, (const char *)x, own, p->dim);
}

/* Sums of powers are in the block; general powers, for which there is no kernel, are measured. A cosine distance's numerator
 * comes from two small differences instead of one large one: |a||b| − ab = (|a − b|² − (|a| − |b|)²) / 2. */
static void quick(const struct query *q, const float *block, double *value) {
  const struct pairs *p = q->p;
  double own = p->spread[q->i] * p->spread[q->i], length = p->length[q->i], inverse = p->inverse[q->i] / 2;
  if (q->values == POWERS) {
    for (int j = 0; j < p->n; j++) value[j] = p->kind == PRODUCTS ? exact(q, j) : block[j];
    return;
  }
  for (int j = 0; j < p->n; j++) {
    double squared = own + p->spread[j] * p->spread[j] - 2 * (double)block[j];
    value[j] = squared > 0 ? squared : 0;
  }
  if (q->values == SQUARES) return;
  for (int j = 0; j < p->n; j++) {
    double gap = length - p->length[j], part = value[j] - gap * gap;
    value[j] = (part > 0 ? part : 0) * inverse * p->inverse[j];
  }
  for (int j = 0; j < p->n; j++)
    if (inverse == 0 || p->inverse[j] == 0) value[j] = inverse != p->inverse[j]; /* zeros have no direction */
}

/* How far row j's quick value can be off. */
static double slack(const struct query *q, int j, double value) {
  const struct pairs *p = q->p;
  double own = q->share * value, tiny = p->dim * 1e-37;
  if (q->values == POWERS) return own + tiny;
  double squared = q->product * p->spread[q->i] * p->spread[j] + tiny;
  if (q->values == SQUARES) return own + squared;
  double a = p->length[q->i], b = p->length[j];
  return own + (squared + 8 * q->rounding * fabs(a - b) * (a > b ? a : b)) * p->inverse[q->i] * p->inverse[j] / 2 + q->rounding;
}

static uint32_t bits(double value) {
  float f = value;
  uint32_t b;
  memcpy(&b, &f, 4);
  return b;
}

static int32_t row(uint64_t entry) { return (int32_t)(uint32_t)entry; }

/* Sorts by value, eleven bits at a time; rows of the same value stay in order. Floats that are not negative sort as bits. */
static void sort(struct work *w, int n) {
  enum { SHIFT = 11, KEYS = 1 << SHIFT };
  uint32_t at[3][KEYS + 1] = {0};
  for (int j = 0; j < n; j++)
    for (int s = 0; s < 3; s++) at[s][(w->entry[j] >> (32 + s * SHIFT) & (KEYS - 1)) + 1]++;
  for (int s = 0; s < 3; s++) {
    for (int b = 0; b < KEYS; b++) at[s][b + 1] += at[s][b];
    for (int j = 0; j < n; j++) w->spare[at[s][w->entry[j] >> (32 + s * SHIFT) & (KEYS - 1)]++] = w->entry[j];
    uint64_t *swap = w->entry;
    w->entry = w->spare;
    w->spare = swap;
  }
}

static int nearer(const void *x, const void *y) {
  const struct place *a = x, *b = y;
  if (a->distance != b->distance) return a->distance < b->distance ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Collects all rows that can be among the first depth of those that are sorted, measured exactly and in order. */
static int candidates(const struct query *q, struct work *w, int depth) {
  double farthest = 0;
  int found = 0;
  for (int r = 0; r < depth; r++) {
    int j = row(w->entry[r]);
    farthest = fmax(farthest, w->value[j] + slack(q, j, w->value[j]));
  }
  for (int j = 0; j < q->p->n; j++)
    if (j != q->i && w->value[j] - slack(q, j, w->value[j]) <= farthest) w->place[found++] = (struct place){exact(q, j), j};
  qsort(w->place, found, sizeof *w->place, nearer);
  return found;
}

void vecscan_work_order(const struct pairs *p, struct work *w, enum metric metric, double power, int i, int depth, int32_t *order) {
  struct query q = ask(p, metric, power, i);
  int n = 0, to = 0;
  quick(&q, w->block + (size_t)(i - w->first * PANEL) * p->panels * PANEL, w->value);
  for (int j = 0; j < p->n; j++)
    if (j != i) w->entry[n++] = (uint64_t)bits(w->value[j]) << 32 | (uint32_t)j;
  sort(w, n);
  if (depth > n) depth = n;
  candidates(&q, w, depth);
  for (; to < depth; to++) {
    order[to] = w->place[to].row;
    w->taken[order[to]] = 1;
  }
  for (int r = 0; r < n; r++)
    if (!w->taken[row(w->entry[r])]) order[to++] = row(w->entry[r]);
  for (int r = 0; r < depth; r++) w->taken[order[r]] = 0;
}
