#if defined(__x86_64__)
#define BYTES 64
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#define POOL pool_avx512
#include "planes.h"
#endif
