/* Products of rows over vector lanes. Included once per instruction set with
 *   SUFFIX  end of the functions' names
 *   TARGET  attribute that allows the instructions
 *   WIDTH   bytes of a vector register
 *   TALL    rows of a tile; a tile is two registers wide
 * The left side are rows; the right one comes packed: WIDE numbers of the first dimension, then of the second, and so on. */

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)
#define NAME(x) JOIN(x, SUFFIX)
#define LANES (WIDTH / 4)
#define WIDE (2 * LANES)

typedef float NAME(vec) __attribute__((vector_size(WIDTH), may_alias));
typedef float NAME(load) __attribute__((vector_size(WIDTH), aligned(4), may_alias));
typedef int NAME(bits) __attribute__((vector_size(WIDTH), may_alias));
#define V NAME(vec)
#define AT(p) (*(NAME(load) *)(p))

/* Adds the products of a tile to out. */
TARGET static void NAME(tile)(const float *const *a, const float *b, int dim, float *out) {
  V left[TALL], right[TALL];
  const float *row[TALL];
#pragma GCC unroll 16
  for (int i = 0; i < TALL; i++) row[i] = a[i], left[i] = AT(out + i * UMAP_BLOCK), right[i] = AT(out + i * UMAP_BLOCK + LANES);
  for (int t = 0; t < dim; t++, b += WIDE) {
    V l = AT(b), r = AT(b + LANES);
#pragma GCC unroll 16
    for (int i = 0; i < TALL; i++) left[i] += row[i][t] * l, right[i] += row[i][t] * r;
  }
#pragma GCC unroll 16
  for (int i = 0; i < TALL; i++) AT(out + i * UMAP_BLOCK) = left[i], AT(out + i * UMAP_BLOCK + LANES) = right[i];
}

/* The sum of |a-b|^power of two rows, for whole powers from 1 to 4. */
TARGET static float NAME(powers)(const float *a, const float *b, int dim, int power) {
  float sum = 0;
  int t = 0;
  V total = {0};
  for (; t + LANES <= dim; t += LANES) {
    V d = AT((float *)a + t) - AT((float *)b + t), square = d * d;
    switch (power) {
      case 1: total += (V)((NAME(bits))d & 0x7fffffff); break;
      case 2: total += square; break;
      case 3: total += square * (V)((NAME(bits))d & 0x7fffffff); break;
      default: total += square * square;
    }
  }
  for (int i = 0; i < LANES; i++) sum += total[i];
  for (; t < dim; t++) {
    float d = fabsf(a[t] - b[t]);
    sum += power == 1 ? d : power == 2 ? d * d : power == 3 ? d * d * d : d * d * (d * d);
  }
  return sum;
}

static const struct kernel NAME(kernel) = {TEXT(SUFFIX), TALL, WIDE, NAME(tile), NAME(powers)};

#undef JOIN2
#undef JOIN
#undef TEXT2
#undef TEXT
#undef NAME
#undef LANES
#undef WIDE
#undef V
#undef AT
#undef SUFFIX
#undef TARGET
#undef WIDTH
#undef TALL
