#!/bin/sh
# wheels.sh LOCK TARGET: every release that LOCK names, as wheels in TARGET.
# Nothing comes in whose hash is not in the lock; what is published as source only is built here, so that compilers and
# the network are needed in the first stage of the image and nowhere later.
set -eu
lock=$1
target=$2
mkdir -p "$target"
python -m pip --disable-pip-version-check wheel --quiet --no-cache-dir \
    --require-hashes --requirement "$lock" --wheel-dir "$target"
