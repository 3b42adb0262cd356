/* Comparisons of blocks of rows, with the widest instructions that the CPU has. */
#include "kernel.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

struct kernel {
  const char *name;
  int tall, wide; /* rows and columns of a tile */
  void (*tile)(const float *const *a, const float *b, int dim, float *out);
  float (*powers)(const float *a, const float *b, int dim, int power);
};

#if defined(__x86_64__)
#define SUFFIX avx512
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 64
#define TALL 8
#include "tile.h"

#define SUFFIX avx2
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 32
#define TALL 4
#include "tile.h"
#endif

/* SSE2 on amd64, NEON on arm64. */
#define SUFFIX portable
#define TARGET
#define WIDTH 16
#define TALL 4
#include "tile.h"

/* What a block's size must be a multiple of. */
_Static_assert(UMAP_BLOCK % 32 == 0, "the widest tile");
enum { MAX_TALL = 8 };

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

static const struct kernel *kernel(void) {
  static _Atomic(const struct kernel *) chosen;
  const struct kernel *k = atomic_load(&chosen);
  if (k) return k;
  k = &kernel_portable;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) k = &kernel_avx2;
  if (__builtin_cpu_supports("avx512f")) k = &kernel_avx512;
#endif
  atomic_store(&chosen, k);
  return k;
}

const char *umap_kernel_name(void) { return kernel()->name; }

static int number(const umap_rows *r, int i) { return r->index ? r->index[i] : r->first + i; }

static const float *row(const umap_rows *r, int i) { return r->space.x + (size_t)number(r, i) * r->space.dim; }

/* Packs dimensions from .. from + deep of all rows in panels as wide as a tile, in which those of one dimension lie side
 * by side; where rows are missing there are zeros. */
static void pack(const umap_rows *r, int wide, int from, int deep, float *out) {
  static const float zeros[UMAP_DEEP];
  for (int first = 0; first < r->count; first += wide, out += (size_t)wide * deep)
    for (int i = 0; i < wide; i += 4) {
      const float *x[4];
      for (int c = i + 4; c < i + 8 && first + c < r->count; c++) /* rows lie anywhere in memory: fetch the next ones */
        for (int t = 0; t < deep; t += 16) __builtin_prefetch(row(r, first + c) + from + t);
      for (int c = 0; c < 4; c++) x[c] = first + i + c < r->count ? row(r, first + i + c) + from : zeros;
      for (int t = 0; t < deep; t++) *(quad *)(out + (size_t)t * wide + i) = (quad){x[0][t], x[1][t], x[2][t], x[3][t]};
    }
}

static void products(const umap_rows *a, const umap_rows *b, float *out) {
  const struct kernel *k = kernel();
  int dim = a->space.dim;
  float *right = out + UMAP_BLOCK * UMAP_BLOCK;
  memset(out, 0, (size_t)(a->count + k->tall - 1) / k->tall * k->tall * UMAP_BLOCK * sizeof *out);
  for (int from = 0; from < dim; from += UMAP_DEEP) {
    int deep = dim - from < UMAP_DEEP ? dim - from : UMAP_DEEP;
    pack(b, k->wide, from, deep, right);
    for (int i = 0; i < a->count; i += k->tall) {
      const float *left[MAX_TALL]; /* behind the last row, the last again: nobody reads what comes of it */
      for (int c = 0; c < k->tall; c++) left[c] = row(a, i + c < a->count ? i + c : a->count - 1) + from;
      for (int j = 0; j < b->count; j += k->wide)
        k->tile(left, right + (size_t)j * deep, deep, out + (size_t)i * UMAP_BLOCK + j);
    }
  }
}

static float power_sum(const float *a, const float *b, int dim, double power) {
  if (power == 1 || power == 2 || power == 3 || power == 4) return kernel()->powers(a, b, dim, (int)power);
  float sum = 0;
  for (int t = 0; t < dim; t++) sum += powf(fabsf(a[t] - b[t]), (float)power);
  return sum;
}

void umap_compare(const umap_rows *a, const umap_rows *b, float *room) {
  if (a->space.power > 0) {
    for (int i = 0; i < a->count; i++)
      for (int j = 0; j < b->count; j++)
        room[i * UMAP_BLOCK + j] = power_sum(row(a, i), row(b, j), a->space.dim, a->space.power);
    return;
  }
  products(a, b, room);
  for (int i = 0; i < a->count; i++) {
    float *o = room + i * UMAP_BLOCK, square = a->space.squares[number(a, i)];
    for (int j = 0; j < b->count; j++) {
      float d = (square + b->space.squares[number(b, j)]) - 2 * o[j];
      o[j] = d > 0 ? d : 0;
    }
  }
}

static int before(float value, int32_t id, float other, int32_t other_id) {
  return value < other || (value == other && id < other_id);
}

/* Takes up a row's comparison with the columns of a block. */
static void keep(umap_lists *l, const float *values, int columns, int first) {
  for (int j = 0; j < columns; j++) {
    int at = l->k - 1;
    if (!before(values[j], first + j, l->value[at], l->id[at])) continue;
    for (; at > 0 && before(values[j], first + j, l->value[at - 1], l->id[at - 1]); at--)
      l->value[at] = l->value[at - 1], l->id[at] = l->id[at - 1];
    l->value[at] = values[j], l->id[at] = first + j;
  }
}

void umap_nearest(const float *a, const float *a_squares, int first, int count, const float *b, const float *b_squares,
                  int n, int dim, double power, float *value, int32_t *id, int k, float *room) {
  umap_rows left = {{a, a_squares, dim, power}, NULL, first, count};
  for (int i = 0; i < count * k; i++) value[i] = INFINITY, id[i] = INT32_MAX;
  for (int j = 0; j < n; j += UMAP_BLOCK) {
    umap_rows right = {{b, b_squares, dim, power}, NULL, j, n - j < UMAP_BLOCK ? n - j : UMAP_BLOCK};
    umap_compare(&left, &right, room);
    for (int i = 0; i < count; i++) {
      umap_lists l = {value + (size_t)i * k, id + (size_t)i * k, k};
      keep(&l, room + i * UMAP_BLOCK, right.count, j);
    }
  }
}

void umap_values(const float *a, const float *a_squares, const int32_t *index, int count, const float *b,
                 const float *b_squares, int n, int dim, double power, float *values, float *room) {
  umap_rows left = {{a, a_squares, dim, power}, index, 0, count};
  for (int j = 0; j < n; j += UMAP_BLOCK) {
    umap_rows right = {{b, b_squares, dim, power}, NULL, j, n - j < UMAP_BLOCK ? n - j : UMAP_BLOCK};
    umap_compare(&left, &right, room);
    for (int i = 0; i < count; i++)
      memcpy(values + (size_t)i * n + j, room + i * UMAP_BLOCK, right.count * sizeof *values);
  }
}
