/* Arithmetic on vectors. Included by planes.h. */

INLINE vec load(const float *x) {
  vec v;
  memcpy(&v, x, sizeof v);
  return v;
}

INLINE void store(float *x, vec v) { memcpy(x, &v, sizeof v); }

/* Each lane's number. */
INLINE mask numbered(void) {
  mask m;
  for (int i = 0; i < LANES; i++) m[i] = i;
  return m;
}

INLINE vec choose(mask m, vec a, vec b) { return (vec)(((mask)a & m) | ((mask)b & ~m)); }

INLINE float larger(float a, float b) { return a > b ? a : b; }

INLINE vec larger_each(vec a, vec b) { return choose(a > b, a, b); }

/* Powers that keep the sign. */
INLINE vec raised(vec v, int power) {
  switch (power) {
    case SQUARE: return v * larger_each(v, -v);
    case CUBE: return v * v * v;
    case FOURTH: return v * v * (v * larger_each(v, -v));
  }
  return v;
}

/* A vector's sixteen bytes, which every CPU adds at once. */
typedef float part __attribute__((vector_size(16)));

INLINE float total(vec v) {
  part p[BYTES / 16];
  memcpy(p, &v, sizeof v);
  for (int n = BYTES / 32; n > 0; n /= 2)
    for (int i = 0; i < n; i++) p[i] += p[i + n];
  return (p[0][0] + p[0][2]) + (p[0][1] + p[0][3]);
}

INLINE float largest(vec v) {
  float a[LANES];
  store(a, v);
  for (int n = LANES / 2; n > 0; n /= 2)
    for (int i = 0; i < n; i++) a[i] = larger(a[i], a[i + n]);
  return a[0];
}
