#ifndef PAIRS_H
#define PAIRS_H

#include "vecscan.h"

struct pairs {
  int n, dim, panels;
  enum kind kind;  /* what is packed for, and what blocks hold */
  float *rows;     /* n × dim, as they came */
  float *packed;   /* panels × dim × PANEL */
  double *mean;    /* of all rows */
  double scale;    /* a power of two */
  double *spread;  /* |row − mean|, scaled */
  double *length;  /* |row|, scaled */
  double *inverse; /* 1 / length, 0 for a row of zeros */
  double *norm2;   /* |row|², as it came and as exact distances have it */
};

#endif
