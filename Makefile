# ConvNet Playground. `make demo` and `make test` do all the set-up they need.
.DEFAULT_GOAL := help
.PHONY: help demo build setup test browser race bench lint clean

ADDR    ?= 127.0.0.1:8080
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUNDLE  := templates/static/dist/map.js
# All channels of the default layers, and 30 of each other layer: some two minutes on two cores.
PICTURES = bin/convnet visualize --quiet --db build/demo.db --model demo --size 64 --steps 96
EMOJI   := node_modules/emoji-datasource-google/img/google/64

# sqlite-vec's binding includes <sqlite3.h>; build/include holds go-sqlite3's own header under that name,
# so that the header always is the one of the SQLite that is linked.
export CGO_ENABLED := 1
export CGO_CFLAGS  := -O2 -g '-I$(CURDIR)/build/include'

# Tests run in their own folders, so they are told where the library lies.
ONNXRUNTIME = $(or $(CONVNET_ONNXRUNTIME),$(shell ls -d "$(CURDIR)"/bin/*onnxruntime* 2>/dev/null | head -n 1))

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: build ## ingest the built-in demo, serve it on http://127.0.0.1:8080 and make its channels' pictures meanwhile
	bin/convnet ingest --db build/demo.db --dataset demo --model demo --labels internal/cnn/demo/labels.csv \
	  --license "MIT" --source "npm package emoji-datasource-google 16.0.0" $(EMOJI)
	@{ trap 'kill $$! 2>/dev/null; exit' TERM; $(PICTURES) --channels all & wait $$!; $(PICTURES) --layers all --channels 30 & wait $$!; } & \
	  pictures=$$!; trap 'kill $$pictures 2>/dev/null' EXIT INT TERM; \
	  bin/convnet serve --db build/demo.db --listen $(ADDR)

build: setup ## build bin/convnet
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/convnet ./cmd/convnet

setup: build/.prerequisites build/include/sqlite3.h node_modules/.package-lock.json $(BUNDLE) ## fetch what is pinned: modules, npm packages, ONNX Runtime
	@node scripts/onnxruntime.mjs

build/.prerequisites: scripts/prerequisites.sh go.mod
	@scripts/prerequisites.sh
	@mkdir -p build && touch $@

build/include/sqlite3.h: go.mod go.sum | build/.prerequisites
	@mkdir -p build/include
	@go mod download github.com/mattn/go-sqlite3
	cp "$$(go list -m -f '{{.Dir}}' github.com/mattn/go-sqlite3)/sqlite3-binding.h" $@ && chmod u+w $@ && touch $@

node_modules/.package-lock.json: package-lock.json .npmrc | build/.prerequisites
	npm ci --ignore-scripts --no-progress
	@touch $@

$(BUNDLE): $(wildcard templates/map/*.js) scripts/bundle.sh node_modules/.package-lock.json | build/.prerequisites
	scripts/bundle.sh

test: setup ## run all tests
	CONVNET_ONNXRUNTIME="$(ONNXRUNTIME)" go test ./...

browser: build ## walk through the pages in Chromium, with axe; leaves screenshots in build/browser
	node browser/walk.mjs

race: setup ## run the tests under the race detector
	CONVNET_ONNXRUNTIME="$(ONNXRUNTIME)" go test -race -short ./...

lint: setup ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these files" >&2; exit 1; }
	go vet ./...
	go tool staticcheck ./...

bench: build ## measure speed and size, as ratios against a peer or the physical limit
	CONVNET_ONNXRUNTIME="$(ONNXRUNTIME)" scripts/bench.sh

clean: ## remove what was built
	rm -rf bin build node_modules templates/static/dist
