/* The scan as SQL: an aggregate function that is fed vec0's chunks, one per row. Files may be crafted, so the lengths of
 * blobs are checked against each other before a byte is read. */
#include <sqlite3.h>
#include <string.h>

#include "vecscan.h"

struct aggregate {
  int begun, failed;
  struct scan scan;
};

static void fail(sqlite3_context *ctx, struct aggregate *a, int code, const char *message) {
  a->failed = 1;
  sqlite3_result_error(ctx, message, -1);
  if (code != SQLITE_ERROR) sqlite3_result_error_code(ctx, code);
}

static int begin(sqlite3_context *ctx, struct aggregate *a, sqlite3_value **argv) {
  int metric = sqlite3_value_int(argv[0]), k = sqlite3_value_int(argv[2]);
  double p = sqlite3_value_double(argv[1]);
  const char *query = sqlite3_value_blob(argv[4]);
  int bytes = sqlite3_value_bytes(argv[4]);
  const char *exclude = sqlite3_value_blob(argv[3]);
  int excluded = sqlite3_value_bytes(argv[3]);
  if (metric < COSINE || metric > MINKOWSKI || !(p >= 1) || k < 1 || k > MAX_K || !query || bytes < 4 || bytes % 4 ||
      excluded % 8) {
    fail(ctx, a, SQLITE_ERROR, "convnet_knn: arguments out of range");
    return 0;
  }
  a->begun = 1;
  if (!vecscan_begin(&a->scan, metric, p, k, query, bytes / 4) || !vecscan_exclude(&a->scan, exclude, excluded / 8)) {
    fail(ctx, a, SQLITE_NOMEM, "convnet_knn: out of memory");
    return 0;
  }
  return 1;
}

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  struct aggregate *a = sqlite3_aggregate_context(ctx, sizeof *a);
  if (!a) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  if (a->failed || (!a->begun && !begin(ctx, a, argv))) return;
  const unsigned char *validity = sqlite3_value_blob(argv[5]);
  const char *rowids = sqlite3_value_blob(argv[6]), *vectors = sqlite3_value_blob(argv[7]);
  sqlite3_int64 rows = (sqlite3_int64)sqlite3_value_bytes(argv[5]) * 8;
  if (!validity || !rowids || !vectors || sqlite3_value_bytes(argv[6]) != rows * 8 ||
      sqlite3_value_bytes(argv[7]) != rows * a->scan.dim * 4) {
    fail(ctx, a, SQLITE_CORRUPT, "the lengths of a chunk of vectors contradict each other");
    return;
  }
  int64_t bad;
  if (vecscan_chunk(&a->scan, validity, rowids, vectors, (int)rows, &bad)) {
    char message[96];
    sqlite3_snprintf(sizeof message, message, "the vector of image %lld holds a number that is not finite", bad);
    fail(ctx, a, SQLITE_CORRUPT, message);
  }
}

/* The answer: how many rows were compared, the farthest distance, then rowid and distance of each of the nearest. */
static void pack(sqlite3_context *ctx, struct scan *s) {
  int bytes = 16 + 16 * s->n;
  char *out = sqlite3_malloc(bytes);
  if (!out) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  vecscan_sort(s);
  memcpy(out, &s->compared, 8);
  memcpy(out + 8, &s->farthest, 8);
  for (int i = 0; i < s->n; i++) {
    memcpy(out + 16 + 16 * i, &s->heap[i].rowid, 8);
    memcpy(out + 24 + 16 * i, &s->heap[i].distance, 8);
  }
  sqlite3_result_blob(ctx, out, bytes, sqlite3_free);
}

static void final(sqlite3_context *ctx) {
  struct aggregate *a = sqlite3_aggregate_context(ctx, 0);
  struct scan nothing = {0};
  if (!a || (!a->begun && !a->failed)) {
    pack(ctx, &nothing);
    return;
  }
  if (!a->failed) pack(ctx, &a->scan);
  if (a->begun) vecscan_end(&a->scan);
}

/* Turns the connection's defensive mode on or off; Go's driver has no other way to reach sqlite3_db_config. */
static void defend(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  int on = 0;
  int rc = sqlite3_db_config(sqlite3_context_db_handle(ctx), SQLITE_DBCONFIG_DEFENSIVE, sqlite3_value_int(argv[0]) != 0, &on);
  if (rc != SQLITE_OK) {
    sqlite3_result_error_code(ctx, rc);
    return;
  }
  sqlite3_result_int(ctx, on);
}

static int extend(sqlite3 *db, char **error, const struct sqlite3_api_routines *api) {
  (void)error, (void)api;
  int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY; /* a schema may not call these */
  int rc = sqlite3_create_function_v2(db, "convnet_knn", 8, flags, NULL, NULL, step, final, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_create_function_v2(db, "convnet_defend", 1, flags, NULL, defend, NULL, NULL, NULL);
  return rc;
}

void vecscan_register(void) { sqlite3_auto_extension((void (*)(void))extend); }
