#if defined(__x86_64__)
#define BYTES 32
#define TARGET __attribute__((target("avx2,fma")))
#define POOL pool_avx2
#include "planes.h"
#endif
