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

/* What is common to the points of a turn. */
typedef struct {
  int dims;     /* 2 or 3 */
  int points;   /* that can be seen */
  int negative; /* points that push with every edge */
  float epoch, alpha;
  uint64_t stream; /* the epoch's; each point draws from its own, of a key */
} umap_turn;

/* Moves the points that index names, each by its edges: rows of a graph, whose columns are numbers of seen points. Held
 * has, for each, a place that it is held to and the share of the way that it goes there with every edge; it may be NULL. */
void umap_move(const umap_turn *turn, const int32_t *index, const uint64_t *key, int count, const intptr_t *start,
               const int32_t *col, const float *rate, const float *seen, const float *held, const umap_force *pull,
               const umap_force *push, float *place);

/* The force at a squared distance. */
float umap_force_at(const umap_force *force, float squared);

#endif
