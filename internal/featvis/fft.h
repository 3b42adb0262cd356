/* Fourier transforms of sixteen signals side by side, one in each lane: Stockham's algorithm, which leaves the result in
 * order. Real and imaginary parts lie apart. */

typedef float vec __attribute__((vector_size(64)));
enum { LANES = 16 };

/* One pass: m blocks of radix r, s signals apart. */
INLINE void pass(const float *w, const float *root, int r, int m, int s, const vec *xr, const vec *xi, vec *yr, vec *yi) {
  for (int p = 0; p < m; p++, w += 2 * (r - 1))
    for (int q = 0; q < s; q++) {
      const vec *ar = xr + q + s * p, *ai = xi + q + s * p;
      vec *br = yr + q + s * r * p, *bi = yi + q + s * r * p;
      int step = s * m;
      if (r == 4) {
        vec er = ar[0] + ar[2 * step], ei = ai[0] + ai[2 * step], fr = ar[0] - ar[2 * step], fi = ai[0] - ai[2 * step];
        vec gr = ar[step] + ar[3 * step], gi = ai[step] + ai[3 * step], hr = ar[step] - ar[3 * step], hi = ai[step] - ai[3 * step];
        vec cr[4] = {er + gr, fr + hi, er - gr, fr - hi}, ci[4] = {ei + gi, fi - hr, ei - gi, fi + hr};
        br[0] = cr[0], bi[0] = ci[0];
        for (int j = 1; j < 4; j++) {
          br[j * s] = cr[j] * w[2 * j - 2] - ci[j] * w[2 * j - 1];
          bi[j * s] = cr[j] * w[2 * j - 1] + ci[j] * w[2 * j - 2];
        }
        continue;
      }
      for (int j = 0; j < r; j++) {
        vec cr = ar[0], ci = ai[0];
        for (int k = 1; k < r; k++) {
          float c = root[2 * (j * r + k)], d = root[2 * (j * r + k) + 1];
          cr += ar[k * step] * c - ai[k * step] * d;
          ci += ar[k * step] * d + ai[k * step] * c;
        }
        float c = j ? w[2 * j - 2] : 1, d = j ? w[2 * j - 1] : 0;
        br[j * s] = cr * c - ci * d;
        bi[j * s] = cr * d + ci * c;
      }
    }
}

/* Transforms x in place; y is room for as much again. The inverse transform, not divided by n, is this one with real and
 * imaginary parts exchanged. */
INLINE void fft(const fv_plan *plan, vec *xr, vec *xi, vec *yr, vec *yi) {
  const float *w = plan->twiddles, *root = plan->roots;
  vec *to_r = xr, *to_i = xi;
  int s = 1, left = plan->n;
  for (int i = 0; i < plan->passes; i++) {
    int r = plan->radix[i], m = left / r;
    if (r == 4)
      pass(w, root, 4, m, s, xr, xi, yr, yi);
    else if (r == 2)
      pass(w, root, 2, m, s, xr, xi, yr, yi);
    else
      pass(w, root, r, m, s, xr, xi, yr, yi);
    w += 2 * m * (r - 1), root += 2 * r * r, s *= r, left = m;
    vec *t = xr;
    xr = yr, yr = t, t = xi, xi = yi, yi = t;
  }
  if (xr != to_r)
    for (int i = 0; i < plan->n; i++) to_r[i] = xr[i], to_i[i] = xi[i];
}
