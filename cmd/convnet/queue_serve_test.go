package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// served runs convnet serve until the test ends and returns its address.
func served(t *testing.T, db string, flags ...string) (base string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"serve", "--db", db, "--listen", "127.0.0.1:0"}, flags...), nil, io.Discard, write)
		write.Close()
		ended <- code
	}()
	lines := bufio.NewReader(read)
	line, err := lines.ReadString('\n')
	address := regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	if err != nil || address == "" {
		t.Fatalf("it says %q, %v", line, err)
	}
	go io.Copy(io.Discard, lines) // the log
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitDone {
			t.Errorf("exit code %d", code)
		}
	})
	return address
}

func TestServeTakesRequests(t *testing.T) {
	path := workshopFile(t)
	address := served(t, path)
	form := url.Values{"model": {"demo"}, "layer": {"stage2_conv2"}, "objective": {"channel:0"}, "return": {"/models/demo"}}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.PostForm(address+"/visualizations/requests", form)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || to != "/models/demo" {
		t.Errorf("status %d, to %q", response.StatusCode, to)
	}
}

func TestServeReadOnlyTakesNone(t *testing.T) {
	path := workshopFile(t)
	for says, flags := range map[string][]string{"--read-only": {"--read-only"}, "on this machine": {"--host", "pictures.example"}} {
		address := served(t, path, flags...)
		form := url.Values{"model": {"demo"}, "layer": {"stage2_conv2"}, "objective": {"channel:0"}}
		response, err := http.PostForm(address+"/visualizations/requests?format=json", form)
		if err != nil {
			t.Fatal(err)
		}
		var a struct{ Error string }
		if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusConflict || !strings.Contains(a.Error, says) {
			t.Errorf("status %d: %q", response.StatusCode, a.Error)
		}
	}
}

func TestOpenServed(t *testing.T) {
	path := workshopFile(t)
	local := &net.TCPAddr{IP: net.IPv6loopback}
	for name, test := range map[string]struct {
		flags    serveFlags
		listen   net.Addr
		readOnly bool
	}{
		"loopback":      {serveFlags{db: path}, local, false},
		"read-only":     {serveFlags{db: path, readOnly: true}, local, true},
		"other hosts":   {serveFlags{db: path, hosts: []string{"pictures.example"}}, local, true},
		"beyond":        {serveFlags{db: path}, &net.TCPAddr{IP: net.IPv4zero}, true},
		"a unix socket": {serveFlags{db: path}, &net.UnixAddr{Name: "convnet.sock"}, true},
	} {
		db, reason, err := openServed(t.Context(), test.flags, test.listen)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if db.ReadOnly() != test.readOnly || (reason != "") != test.readOnly {
			t.Errorf("%s: read-only %t, %q", name, db.ReadOnly(), reason)
		}
		db.Close()
	}
	if _, _, err := openServed(t.Context(), serveFlags{db: path + ".none"}, local); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is missing: %v", err)
	}
}

func TestOpenServedWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write to every file")
	}
	path := workshopFile(t)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	db, reason, err := openServed(t.Context(), serveFlags{db: path}, &net.TCPAddr{IP: net.IPv6loopback})
	if err != nil || !db.ReadOnly() || !strings.Contains(reason, "not writable") {
		t.Fatalf("%q, %v", reason, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
