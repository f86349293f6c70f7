#!/bin/sh
# Compile requirements/*.in into the lock files: every file of every release by hash, for every platform, and no address of
# an index. Arguments go to the compiler, e.g. `--upgrade-package flask` or `--upgrade`.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/python" -m pip --disable-pip-version-check install --quiet uv
for name in runtime dev spark peers; do
    echo "lock: requirements/$name.txt" >&2
    "$tools/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' "$@" \
        --output-file "requirements/$name.txt" "requirements/$name.in"
done
