// Package store keeps everything in one SQLite file: images, the networks that looked at them, and what they saw.
//
// It is the only package that speaks SQL. Typed rows go in and come out; one file per noun. Vectors live in sqlite-vec
// virtual tables, one per embedding, so that any SQLite client with sqlite-vec can read and search them; this package
// answers the four metrics with its own kernel over the same chunks (see internal/vecscan).
//
// # Connections
//
// A writable [DB] has one connection that writes, because SQLite allows one writer, and a pool of read-only ones, so
// that pages are served while an ingest is running. The file rests in rollback-journal mode: it is a single file, and
// opening it read-only changes not one byte. A writer switches to WAL for its lifetime and back when it closes.
//
// # Writing
//
// [DB.Update] runs one IMMEDIATE transaction; the methods of [Tx] compose inside it. Writers are idempotent (EnsureX,
// PutX), and the same calls in the same order give the same ids, so an ingest that was killed and run again ends with
// the content of one that was not.
//
// # Trust
//
// A database file may come from anywhere. Its header is judged before SQLite touches it, its schema is not trusted
// (trusted_schema off, defensive mode on), names of tables derive from numbers only, and the lengths of stored blobs are
// checked against each other before they are used. [DB.Check] verifies the rest.
package store
