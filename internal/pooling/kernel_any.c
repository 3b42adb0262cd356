/* Vectors that every CPU has: SSE and NEON. */
#define BYTES 16
#define TARGET
#define POOL pool_any
#include "planes.h"
