#!/bin/sh
# Becomes one process of the gateway: serve (the default), worker, sandbox, or any other command of app.py.
# The two that live on the database bring it to the newest shape first. Any number may start at once: the database lets
# one at a time through (a lock of PostgreSQL's), and whoever comes later finds nothing to do.
set -eu
cd "$(dirname "$0")/.."
[ "$#" -gt 0 ] || set -- serve
case "$1" in
serve | worker) python app.py migrate >&2 ;;
sandbox)
    shift
    exec python -m sandbox "$@"
    ;;
esac
exec python app.py "$@"
