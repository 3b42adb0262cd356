/* Picks the widest vectors that the CPU has. */
#include "kernel.h"

void pool_map(const pool_spec *s, float *embedding, float *mean, float *maximum, float *room) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    pool_avx512(s, embedding, mean, maximum, room);
    return;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    pool_avx2(s, embedding, mean, maximum, room);
    return;
  }
#endif
  pool_any(s, embedding, mean, maximum, room);
}
