// Package api is the programming interface under /api/v1: what the file holds, by the glossary's names, read-only.
//
// A route is an entry of one table: its address, what it takes, what it answers with and the function that does so. The
// table is what requests are routed by, what the OpenAPI description is written from, and what the page /api lists. What
// a route does not list is refused: an unknown parameter, a format it cannot write. Errors are RFC 9457 problem details.
//
// Lists come in pages. A cursor holds the key of the last item that was sent, not a count, so that nothing is left out
// or sent twice when an ingest adds to a list between two pages.
package api
