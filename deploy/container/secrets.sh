#!/bin/sh
# Makes the secrets of the example, once: passwords of the database's roles, keys of the file store,
# the root secret and the session key. Keep secrets/app/root.key as docs/key-ceremony.zh-CN.md says.
set -eu
umask 077
cd "$(dirname "$0")"
[ ! -e secrets ] || { echo "secrets/ is there already; nothing was changed." >&2; exit 1; }
word() { head -c 24 /dev/urandom | base64 | tr -d '/+=\n'; }
mkdir -p secrets/app
postgres=$(word) owner=$(word) app=$(word) key=$(word) secret=$(word)
printf %s "$postgres" > secrets/postgres
printf 'database:5432:*:postgres:%s\n' "$postgres" > secrets/postgres.pgpass
printf "ALTER ROLE dangan_owner PASSWORD '%s';\nALTER ROLE dangan_app PASSWORD '%s';\n" \
    "$owner" "$app" > secrets/passwords.sql
printf 'database:5432:*:dangan_owner:%s\ndatabase:5432:*:dangan_app:%s\n' \
    "$owner" "$app" > secrets/app/pgpass
printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$key" "$secret" > secrets/store.env
printf '{"identities":[{"name":"dangan","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":["Read","Write","List","Tagging","Admin"]}]}\n' \
    "$key" "$secret" > secrets/store.json
printf 'dangan root secret 1\naes\n%s\n' "$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')" \
    > secrets/app/root.key
word > secrets/app/session.key
# The programs run as 10001 inside; PostgreSQL's tools read theirs as root.
chown -R 10001:10001 secrets/app 2>/dev/null \
    || echo "Run as root, or: podman unshare chown -R 10001:10001 secrets/app" >&2
