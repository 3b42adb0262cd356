// Package server is the web site: it puts the pages of search and explorer behind one router with limits, security
// headers, a log and one way out for errors.
package server
