#ifndef FEATVIS_KERNEL_H
#define FEATVIS_KERNEL_H

/* A Fourier transform of length n, as a product of small ones. */
typedef struct {
  int n, passes;
  const int *radix;      /* of each pass */
  const float *twiddles; /* for each pass, place p and j = 1 … radix-1: exp(-2*pi*i*p*j/length), real and imaginary */
  const float *roots;    /* for each pass and j, k: exp(-2*pi*i*j*k/radix) */
} fv_plan;

/* Planes of height x width numbers and their spectra: 2 x height x stride, real parts before imaginary ones, of which the
 * first width/2+1 of each row count; stride is a multiple of 16. */
typedef struct {
  int planes, height, width, stride;
  fv_plan rows, columns;
  const float *scale; /* height x stride: what each entry is multiplied by on its way to the picture; 0 beyond the row */
  float *room;        /* 2 x height x stride + 64 x max(height, width) + 16 */
} fv_spectrum;

/* The picture of a spectrum, and its adjoint: the derivative by the spectrum. */
void fv_render(const fv_spectrum *s, const float *variables, float *planes);
void fv_adjoint(const fv_spectrum *s, const float *planes, float *variables);

/* Mixes colours in place by a 3 x 3 matrix (rows first), unless it is NULL, and squashes them into 0..1; and back. */
void fv_colour(float *planes, int count, int area, const float *matrix);
void fv_uncolour(const float *pictures, float *gradient, int count, int area, const float *matrix);

/* Where each pixel of a moved picture of size x size comes from: one place, and how far it lies below and beside it. */
void fv_aim(const double *affine, int size, int *at, float *weight);
void fv_move(const float *from, int size, const int *at, const float *weight, float *to);
void fv_back(const float *from, int size, const int *at, const float *weight, float *to);

void fv_climb(float *variables, float *first, float *second, const float *gradient, int n, float rate, float tiny);

#endif
