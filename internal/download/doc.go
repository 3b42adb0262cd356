// Package download fetches one file over HTTP so that the result is the whole file or none of it.
//
// What arrives goes to FILE.part beside the destination, with a note of where it comes from in FILE.part.json. A download
// that was interrupted goes on from there by a range request, if the server's file is still the same (If-Range). When
// all of it has arrived its hash is compared, it is synced and takes its name.
//
// Nothing here is ever called but for a user who asks for a download.
package download
