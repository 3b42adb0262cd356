#!/bin/sh
# Bundles the script of the maps with the libraries it uses, and their licences, to be embedded in the program.
# Without the bundle maps are drawings: the program builds and serves all the same.
set -e
cd "$(dirname "$0")/.."
out=templates/static/dist
mkdir -p "$out"
go tool esbuild templates/map/main.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --log-level=warning \
    --banner:js='/* The licences of the libraries in here: map-licenses.txt */' --metafile=build/bundle.json --outfile="$out/map.new.js"
for package in $(sed -n 's|.*"node_modules/\([^/"]*\)/[^"]*": {.*|\1|p' build/bundle.json | sort -u); do
    printf '%s\n\n' "$package"
    cat node_modules/"$package"/LICENSE*
    printf '\n----\n\n'
done > "$out/map-licenses.txt"
mv "$out/map.new.js" "$out/map.js"
