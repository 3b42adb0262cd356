#ifndef UMAP_KERNEL_H
#define UMAP_KERNEL_H

#include <stdint.h>

/* Rows of dim floats, and what is compared between two of them: with power 0 the squared euclidean distance, made of
 * the rows' squared lengths and a product of matrices; else the sum of |a-b|^power. */
typedef struct {
  const float *x, *squares;
  int dim;
  double power;
} umap_space;

/* Some rows of a space: count of them from first on, or those that index names, where it is not NULL. */
typedef struct {
  umap_space space;
  const int32_t *index;
  int first, count;
} umap_rows;

/* Rows and columns that a block of comparisons may have, and floats of room for one and what it is made of. */
enum { UMAP_BLOCK = 256, UMAP_DEEP = 256, UMAP_ROOM = UMAP_BLOCK * (UMAP_BLOCK + UMAP_DEEP) };

/* Writes the comparison of row i of a with row j of b to room[i * UMAP_BLOCK + j]. The numbers of a pair are the same
 * in every block that it is part of, either way round. */
void umap_compare(const umap_rows *a, const umap_rows *b, float *room);

/* Lists of the k nearest of rows: sorted by value, then id. Free places have the value INFINITY and the largest id. */
typedef struct {
  float *value;
  int32_t *id;
  int k;
} umap_lists;

/* Fills the lists of count rows, from first on, of a with rows of b. */
void umap_nearest(const float *a, const float *a_squares, int first, int count, const float *b, const float *b_squares,
                  int n, int dim, double power, float *value, int32_t *id, int k, float *room);

/* Writes the comparisons of count rows of a, which index names, with all n of b: n values for each row. */
void umap_values(const float *a, const float *a_squares, const int32_t *index, int count, const float *b,
                 const float *b_squares, int n, int dim, double power, float *values, float *room);

/* Names the instructions in use: avx512, avx2, or portable. */
const char *umap_kernel_name(void);

#endif
