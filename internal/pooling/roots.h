/* From means of powers back to values. Included by planes.h. */

/* The cube root of a number that is not negative: an estimate from the exponent, then Halley's method, twice. */
INLINE float cube_root(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  bits = bits / 3 + 709921077u;
  float y;
  memcpy(&y, &bits, 4);
  for (int i = 0; i < 2; i++) {
    float cube = y * y * y;
    y *= (cube + 2 * x) / (2 * cube + x);
  }
  return x < 1e-36f ? 0 : y;
}

INLINE void roots(float *embedding, const float *negative, size_t n, int power) {
  for (size_t i = 0; i < n; i++) switch (power) {
      case AS_IS: embedding[i] -= negative[i]; break;
      case SQUARE: embedding[i] = sqrtf(embedding[i]) - sqrtf(negative[i]); break;
      case CUBE: embedding[i] = cube_root(embedding[i]) - cube_root(negative[i]); break;
      case FOURTH: embedding[i] = sqrtf(sqrtf(embedding[i])) - sqrtf(sqrtf(negative[i])); break;
    }
}
