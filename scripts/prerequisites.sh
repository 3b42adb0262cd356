#!/bin/sh
# Says which tool is missing and how to get it, before anything else can fail with something less clear.
missing=0

need() { # command, what it is, Debian/Ubuntu, Fedora, macOS
    command -v "$1" >/dev/null 2>&1 && return
    missing=1
    cat >&2 <<TEXT
$2 is missing: the command '$1' was not found. Install it with
    Debian, Ubuntu:  $3
    Fedora:          $4
    macOS:           $5
TEXT
}

need go   "Go (1.26 or newer)" "sudo apt install golang-go   (or a newer one from go.dev/dl)" "sudo dnf install golang" "brew install go"
need "${CC:-cc}" "A C compiler" "sudo apt install build-essential" "sudo dnf install gcc" "xcode-select --install"
need node "Node.js (18 or newer)" "sudo apt install nodejs npm" "sudo dnf install nodejs npm" "brew install node"
need npm  "npm" "sudo apt install npm" "sudo dnf install npm" "brew install node"
[ "$missing" = 0 ] || exit 1

want=$(sed -n 's/^go //p' go.mod)
have=$(go env GOVERSION | sed 's/^go//')
oldest=$(printf '%s\n%s\n' "$want" "$have" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
if [ "$oldest" != "$want" ]; then
    echo "Go $have is too old: this project needs Go $want or newer. Get one from go.dev/dl, or 'brew install go' on macOS." >&2
    exit 1
fi
if [ "$(node -p 'parseInt(process.versions.node)')" -lt 18 ]; then
    echo "Node.js $(node --version) is too old: version 18 or newer is needed." >&2
    exit 1
fi
