/* Values of all pairs of rows, tile by tile, once per instruction set (kernel.h). Rows lie packed in panels: PANEL rows
 * side by side, number k of all of them before number k+1. A tile of ROWS × 3 vectors stays in registers while DEPTH
 * numbers go by. Every value adds the same terms in the same order wherever it lies in its tile, so equal rows get equal
 * values. */

#define ROWS (WIDTH == 64 ? 8 : 4)
#define COLUMNS (3 * LANES)

#define TILE(name, TERM)                                                                        \
  INLINE void NAME(name)(const float *a, const float *b, int depth, float *c, size_t stride) {  \
    V sum[ROWS][3] = {0};                                                                       \
    for (int k = 0; k < depth; k++, a += PANEL, b += PANEL) {                                   \
      V b0 = LOAD(b), b1 = LOAD(b + LANES), b2 = LOAD(b + 2 * LANES), t;                        \
      _Pragma("GCC unroll 8") for (int r = 0; r < ROWS; r++) {                                  \
        TERM(sum[r][0], a[r], b0);                                                              \
        TERM(sum[r][1], a[r], b1);                                                              \
        TERM(sum[r][2], a[r], b2);                                                              \
      }                                                                                         \
      (void)t;                                                                                  \
    }                                                                                           \
    _Pragma("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                      \
      _Pragma("GCC unroll 3") for (int v = 0; v < 3; v++) {                                     \
        NAME(load) *to = (NAME(load) *)(c + r * stride + v * LANES);                            \
        *to = *to + sum[r][v];                                                                  \
      }                                                                                         \
  }

#define PRODUCT(s, x, y) s += (x) * (y)
#define POWER1(s, x, y) t = (x) - (y), s += ABS(t)
#define POWER3(s, x, y) t = (x) - (y), s += (t * t) * ABS(t)
#define POWER4(s, x, y) t = (x) - (y), t = t * t, s += t * t

TILE(tile_products, PRODUCT)
TILE(tile_sum1, POWER1)
TILE(tile_sum3, POWER3)
TILE(tile_sum4, POWER4)

/* One panel against another, over depth numbers. */
#define SQUARE(name, tile)                                                                               \
  TARGET static void NAME(name)(const float *a, const float *b, int depth, float *out, size_t stride) {  \
    for (int r = 0; r < PANEL; r += ROWS)                                                                \
      for (int c = 0; c < PANEL; c += COLUMNS) NAME(tile)(a + r, b + c, depth, out + r * stride + c, stride); \
  }

SQUARE(square_products, tile_products)
SQUARE(square_sum1, tile_sum1)
SQUARE(square_sum3, tile_sum3)
SQUARE(square_sum4, tile_sum4)

/* The panels of the block stay in the second-level cache while all others pass by. */
static void NAME(block)(enum kind kind, const float *packed, int panels, int dim, int first, int count, float *out) {
  void (*const squares[])(const float *, const float *, int, float *, size_t) = {
      NAME(square_products), NAME(square_sum1), NAME(square_sum3), NAME(square_sum4)};
  size_t stride = (size_t)panels * PANEL, panel = (size_t)dim * PANEL;
  memset(out, 0, count * PANEL * stride * sizeof *out);
  for (int k = 0; k < dim; k += DEPTH) {
    const float *at = packed + (size_t)k * PANEL;
    int depth = dim - k < DEPTH ? dim - k : DEPTH;
    for (int j = 0; j < panels; j++)
      for (int q = 0; q < count; q++)
        squares[kind](at + (first + q) * panel, at + j * panel, depth, out + q * PANEL * stride + (size_t)j * PANEL, stride);
  }
}

#undef ROWS
#undef COLUMNS
#undef TILE
#undef PRODUCT
#undef POWER1
#undef POWER3
#undef POWER4
#undef SQUARE
