#!/bin/sh
# Speed and size, as ratios taken in one run. Real images and weights come from CONVNET_SHARED_DATA (datasets/, weights/);
# without them the benchmarks that need them say so and are skipped.
set -e

bench() { # title, package, benchmark, rounds
    printf '\n== %s\n' "$1"
    go test "$2" -run '^$' -bench "$3" -benchtime "$4" -timeout 60m | grep -v -e '^ok' -e '^PASS' -e '^pkg' -e '^goos' -e '^goarch'
}

bench "Top 50 of 100,000 × 512 through the store, against one pass in memory (x-gemv: smaller is better)" ./store Neighbors 30x
bench "Rankings of 4,800 × 1024 from each of them, against gonum's product of the matrix with itself (x-gemm: larger is faster)" ./store/internal/vecscan 'Order$' 3x
bench "Ingest with DenseNet121 against bare ONNX Runtime on decoded tensors (ratio: 1 is as fast)" ./ingest AgainstBareRuntime "${ROUNDS:-3x}"
bench "Resident memory while 10,000 images are ingested" ./ingest Memory 1x
bench "File size against what is in it" ./ingest FileSize 1x
bench "Every network with eight layers taken, against ONNX Runtime with its last output only (ratio: 1 is as fast)" ./internal/cnn/keras EightLayers "${ROUNDS:-15x}"
bench "The same against PyTorch with hooks on eight layers, where Debian's python3-torchvision is installed (ratio: larger is faster)" ./internal/cnn/keras AgainstTorch "${ROUNDS:-5x}"
bench "Objective and derivative against the forward pass, one thread (ratio: how many forward passes it costs)" ./internal/cnn/keras Gradient 30x
bench "Share of a step that is not the network's" ./internal/visualize BesideNetwork 5x
bench "A channel's picture against PyTorch in Lucent's manner, each at its best number of threads (ratio: larger is faster)" ./internal/visualize AgainstLucent "${ROUNDS:-5x}"
bench "Seconds for a channel's picture, 128×128, 512 steps, one thread, at eight layers of every network" ./internal/visualize Channels 1x
bench "Search pages of a served site, eight visitors at once, by wrk, where it is installed (ms; healthz: the smallest answer there is)" ./internal/server SearchPage 1x
bench "A picture sent to a site with DenseNet121, against one bare inference (ratio: 1 is nothing but the network)" ./cmd/convnet Upload 1x
bench "The scorecard of 10,000 images at eight layers by four metrics (seconds), and again after one layer has changed" ./search Scorecard 1x
bench "First contentful paint in headless Chromium, and the frame with all points of a map by WebGL without a graphics card (ms, medians of seven)" ./internal/server FirstPaint 1x
printf '
== The same of the demo (ms)
'
node browser/firstpaint.mjs
bench "What a search page of 50 photographs sends on its first load (KiB; ratio: share of the 400 that it may be)" ./cmd/convnet PageWeight 1x
bench "The maps of the original's content, 288 of 200 points, through the store (cpu-s/288: on two cores half of it passes at least)" ./internal/projection All 1x
bench "Reading a map of 10,000 points" ./store ProjectionPoints 100x
bench "Pooling one map (MB/s; the limit is the memory's)" ./internal/pooling Of 1s
bench "A map (UMAP) of 200 to 50,000 points against Debian's umap-learn on as many cores, where it is installed (ratio: larger is faster)" ./internal/umap AgainstUMAPLearn "${ROUNDS:-3x}"
bench "A map's time and memory from 10,000 to 200,000 points (x-nlogn: 1 and less is as n·log n, or slower)" ./internal/umap Growth 1x
bench "Maps of 200 points at eight layers, aligned" ./internal/umap Aligned 3x
bench "Looking through 10,000 images × 1024 for near-duplicates, outliers and clusters" ./internal/care Examine 1x
bench "Copies and wrong labels planted among real images: how many near-duplicates and suspects are found, by layer of DenseNet121" ./internal/care Planted 1x
bench "Decode, resize, thumbnail, by stage" ./internal/imaging Stages 1s
