#ifndef UMAP_MOVE_H
#define UMAP_MOVE_H

#include <stdint.h>

/* An entry of a table of forces (force.go): the value at a squared distance, and what each step to the next adds. Entries
 * are numbered by the leading bits of the squared distance as a float. */
typedef struct {
  float value, slope;
} umap_force;

enum {
  UMAP_FORCE_BITS = 6,               /* of the mantissa: 64 entries for every doubling */
  UMAP_FORCE_REST = 23 - UMAP_FORCE_BITS, /* bits between two entries */
  UMAP_FORCE_FIRST = (127 - 40) << UMAP_FORCE_BITS, /* from 2^-40 */
  UMAP_FORCE_COUNT = 64 << UMAP_FORCE_BITS          /* up to 2^24 */
};

/* What is common to the edges of an epoch. */
typedef struct {
  int dims;     /* 2 or 3 */
  int points;   /* that can push */
  int negative; /* points that push with every edge */
  int both;     /* whether an edge moves both its points, or the first only */
  float epoch, alpha;
  uint64_t stream; /* of random numbers */
} umap_epoch;

/* Goes through edges in their order: draws the point from, whose coordinates are in place, and the point to, in other,
 * together, and pushes from away from random points in other. The two arrays may be the same. Held has, for every point in
 * place, where it is held to and the share of the way that it goes there with every edge; it may be NULL. */
void umap_move(const umap_epoch *epoch, const int32_t *from, const int32_t *to, const float *rate, intptr_t count,
               float *place, float *other, const float *held, const umap_force *pull, const umap_force *push);

/* The force at a squared distance. */
float umap_force_at(const umap_force *force, float squared);

#endif
