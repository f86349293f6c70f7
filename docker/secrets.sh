#!/bin/sh
# secrets.sh [FOLDER]: what `compose.yaml` needs and no repository may hold, for trying out: a database password, the
# secrets shared with the sandbox's parties, a self-signed certificate. What is there already stays as it is.
#
# Containers see single files of the folder and read them as users of their own, so the files are readable; the folder
# is its owner's alone, and nobody else on this machine gets through it.
set -eu
folder=${1:-"$(dirname "$0")/secrets"}
name=gateway.localhost
parties=$(sed -n 's/^id: //p' "$(dirname "$0")"/../mappings/*/*/party.yaml)
umask 022
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

[ -s postgres_password ] || openssl rand -hex 24 >postgres_password

if [ ! -s gateway.toml ]; then
    {
        echo "database_url = \"postgresql+psycopg://gateway:$(cat postgres_password)@postgres/gateway\""
        for party in $parties; do
            [ "$party" = demo-platform ] || echo "party_$(echo "$party" | tr - _)_secret = \"sandbox-$party\""
        done
        echo "party_demo_platform_secret = \"whsk_$(openssl rand -base64 32)\""
    } >gateway.toml.new
    mv gateway.toml.new gateway.toml
fi

if [ ! -s tls.crt ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -days 365 \
        -subj "/CN=$name" -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" \
        -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,digitalSignature,keyCertSign" \
        -keyout tls.key -out tls.crt 2>/dev/null
    chmod 644 tls.key
fi
echo "secrets are in $folder"
