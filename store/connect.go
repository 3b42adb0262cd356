package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/mattn/go-sqlite3"

	"github.com/convnet-playground/convnet/store/internal/vecscan"
)

const (
	busyTimeoutMS  = 15_000
	pageSize       = 65536    // the largest: vectors are read by the megabyte (see BENCHMARKS.md)
	mmapSize       = 1 << 40  // SQLite lowers it to what it was built for
	writerCacheKiB = 64 << 10 // a batch of an ingest stays in memory until it is committed
	readerCacheKiB = 16 << 10 // mapped pages are not cached, so this is for what is still in the WAL
)

// connector opens connections of one kind to one file.
type connector struct {
	dsn    string
	driver sqlite3.SQLiteDriver
}

// Connect opens a connection and prepares it; database/sql calls it for each connection of a pool.
func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver returns the underlying driver.
func (c *connector) Driver() driver.Driver { return &c.driver }

// open returns a pool over the file. The DSN sets busy_timeout first, because the other settings can meet a lock.
func open(path string, options url.Values, pragmas ...string) *sql.DB {
	vecscan.Register()
	options.Set("_busy_timeout", fmt.Sprint(busyTimeoutMS))
	options.Set("_foreign_keys", "1")
	options.Set("_stmt_cache_size", "64")
	c := &connector{dsn: fileURI(path) + "?" + options.Encode()}
	c.driver.ConnectHook = func(conn *sqlite3.SQLiteConn) error {
		// What a crafted file could misuse is off: functions in its schema, and SQL that writes to vec0's own tables.
		for _, statement := range append([]string{"PRAGMA trusted_schema = OFF", "SELECT convnet_defend(1)"}, pragmas...) {
			if _, err := conn.Exec(statement, nil); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}
	return sql.OpenDB(c)
}

// openWriter returns a pool of one connection: SQLite has one writer, and waiting in Go is cheaper than polling a lock.
func openWriter(path string, create bool) *sql.DB {
	mode := "rw"
	if create {
		mode = "rwc"
	}
	db := open(path, url.Values{"mode": {mode}, "_txlock": {"immediate"}},
		fmt.Sprintf("PRAGMA page_size = %d", pageSize), // has an effect only before the first table
		fmt.Sprintf("PRAGMA cache_size = -%d", writerCacheKiB))
	db.SetMaxOpenConns(1)
	return db
}

// openReaders returns a pool of read-only connections. immutable promises SQLite that nobody will write.
func openReaders(path string, immutable bool) *sql.DB {
	options := url.Values{"mode": {"ro"}, "_query_only": {"1"}}
	if immutable {
		options.Set("immutable", "1")
	}
	db := open(path, options,
		fmt.Sprintf("PRAGMA mmap_size = %d", mmapSize),
		fmt.Sprintf("PRAGMA cache_size = -%d", readerCacheKiB))
	connections := 1 + max(4, 2*runtime.NumCPU()) // one of them watches for changes
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// fileURI writes a path as a URI in which no character of a file name can be taken for an option.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path
	}
	return "file:" + strings.ReplaceAll((&url.URL{Path: path}).EscapedPath(), "+", "%2B")
}
