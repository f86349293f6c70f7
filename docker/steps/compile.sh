#!/bin/sh
# compile.sh FOLDER: byte code beside every module, since the running image is read-only and could not keep it.
set -eu
python -m compileall -q -j 0 --invalidation-mode unchecked-hash "$1"
