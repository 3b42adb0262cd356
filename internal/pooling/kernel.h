#ifndef POOLING_KERNEL_H
#define POOLING_KERNEL_H

enum { POOL_MAX, POOL_POWER };

/* One map of float32 planes, channels x height x width, and how it is pooled. */
typedef struct {
  const float *values;
  const float *scale, *shift; /* per channel; NULL: the map as it is */
  int channels, height, width;
  int kind;
  float p;         /* POOL_POWER: the exponent */
  int grid;        /* cells a side */
  const int *rows; /* first and behind the last row of each row of cells */
  const int *columns;
} pool_spec;

/* Numbers beside height x width + 2 x width and channels x grid x grid that pool_map's room must have. */
enum { POOL_SLACK = 64 };

/* Writes channels x grid x grid numbers to embedding, channels to mean and to maximum. */
void pool_map(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room);

/* The same by vectors of 64, 32 and 16 bytes. */
void pool_avx512(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room);
void pool_avx2(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room);
void pool_any(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room);

#endif
