/* The fast sums, once per instruction set, and the choice among them at run time: the program is built for any CPU of its
 * architecture and uses what the one it runs on has. */
#include "vecscan.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define BLOCK 1024 /* floats; with 64 lanes and accumulators, each adds 16 numbers */

static inline __attribute__((always_inline)) float at(const char *x, int i) {
  float f;
  memcpy(&f, x + 4 * (size_t)i, 4);
  return f;
}

#if defined(__x86_64__)
#define SUFFIX avx512
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 64
#include "kernel.h"

#define SUFFIX avx2
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 32
#include "kernel.h"
#endif

/* SSE2 on amd64, NEON on arm64: what every CPU of the architecture has. */
#define SUFFIX portable
#define TARGET
#define WIDTH 16
#include "kernel.h"

#if defined(__aarch64__)
#define BASELINE "neon"
#else
#define BASELINE "portable"
#endif

static int available(const char *name) {
#if defined(__x86_64__)
  if (!strcmp(name, "avx512")) return __builtin_cpu_supports("avx512f") != 0;
  if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return !strcmp(name, BASELINE);
}

static const struct {
  const char *name;
  const struct kernel *kernel;
} kernels[] = {
#if defined(__x86_64__)
    {"avx512", &kernel_avx512},
    {"avx2", &kernel_avx2},
#endif
    {BASELINE, &kernel_portable},
};
enum { kernel_count = sizeof kernels / sizeof kernels[0] };

static _Atomic int chosen = -1;

static int choice(void) {
  int i = atomic_load(&chosen);
  if (i < 0) {
    for (i = 0; i < kernel_count - 1 && !available(kernels[i].name); i++) {}
    atomic_store(&chosen, i);
  }
  return i;
}

const struct kernel *vecscan_kernel(void) { return kernels[choice()].kernel; }

const char *vecscan_kernel_name(void) { return kernels[choice()].name; }

int vecscan_use(const char *name) {
  for (int i = 0; i < kernel_count; i++)
    if (!strcmp(name, kernels[i].name) && available(name)) {
      atomic_store(&chosen, i);
      return 1;
    }
  return 0;
}
