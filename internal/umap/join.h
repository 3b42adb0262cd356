#ifndef UMAP_JOIN_H
#define UMAP_JOIN_H

#include "kernel.h"

/* Compares some points, at most UMAP_BLOCK, which index names: the first, fresh ones with each other and with the rest.
 * Both points of a pair take the other into their lists if it is near enough, marked as fresh. Many threads may join at
 * once; what the lists hold in the end does not depend on their order. */
void umap_join(const float *x, const float *squares, int dim, double power, const int32_t *index, int fresh, int count,
               float *value, int32_t *id, uint8_t *marks, uint8_t *locks, int k, float *room);

/* Writes to which of m pivots each of count points is nearest: a number from 0 on, the first of equals. */
void umap_assign(const float *x, const float *squares, int dim, double power, const int32_t *index, int count,
                 const int32_t *pivots, int m, int32_t *nearest, float *room);

#endif
