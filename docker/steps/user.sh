#!/bin/sh
# user.sh [ROOT]: the user that everything runs as, and the one folder that it may write (VAR_DIR).
# It has a name because what operators do is put down under the name of who did it.
set -eu
root=${1:-}
owner=${OWNER:-10001:10001}
echo 'gateway:x:10001:' >>"$root/etc/group"
echo 'gateway:x:10001:10001:gateway:/srv/gateway:/usr/sbin/nologin' >>"$root/etc/passwd"
mkdir -p "$root/var/lib/gateway"
chmod 700 "$root/var/lib/gateway"
chown "$owner" "$root/var/lib/gateway"
