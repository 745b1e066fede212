#!/usr/bin/env bash
# Builds the release program in two different directories and compares the bytes.
#
#     bash tests/packaging/reproduce.sh [--quick]
#
# Each build starts from the committed sources in a directory of its own. The place
# of the crates' sources, which panics name, is taken out by --remap-path-prefix
# (Cargo's trim-paths is not stable yet); those of the program are relative anyway.
# With --quick both use one target directory, so what is built of the dependencies
# is shared and only the program is built twice. Exit status 1 where the bytes
# differ, or hold a path of this machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
quick=${1:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
registry=${CARGO_HOME:-$HOME/.cargo}
first=$scratch/one
second=$scratch/a/longer/path/two

build() {  # DIRECTORY TARGET
    mkdir -p "$(dirname "$1")"
    git -c advice.detachedHead=false clone --quiet "$root" "$1"
    (
        cd "$1"
        RUSTFLAGS="--remap-path-prefix=$registry=/cargo" CARGO_TARGET_DIR=$2 \
            cargo build --release --locked --quiet
    )
    cp "$2/release/skyplug-tui" "$1.program"
}

build "$first" "$scratch/target-one"
if [ "$quick" = --quick ]; then
    build "$second" "$scratch/target-one"
else
    build "$second" "$scratch/target-two"
fi

sha256sum "$first.program" "$second.program" | sed "s#$scratch/##"
for directory in "$scratch" "$registry"; do
    if grep -qaF "$directory" "$first.program" "$second.program"; then
        echo "the program holds the path $directory" >&2
        exit 1
    fi
done
cmp "$first.program" "$second.program"
echo "the same $(stat -c %s "$first.program") bytes from two directories"
