#!/bin/sh
# What the tests need from the distribution: Chromium and a Chinese font for the browser journeys,
# slapd for log-in through a directory, nginx and Caddy to try what is delivered for them. Only what
# is missing is fetched, and nothing is left running: slapd comes without a configuration, so it does
# not start; the proxies are unpacked into build/ only, since an installed one listens for everybody.
set -eu
PATH="$PATH:/usr/sbin"
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || wanted="$wanted fonts-noto-cjk fontconfig"
command -v slapd >/dev/null 2>&1 || wanted="$wanted slapd"
proxies=""
for name in nginx caddy; do
    command -v "$name" >/dev/null 2>&1 || [ -n "$(find build/proxies -name "$name" -type f 2>/dev/null)" ] \
        || proxies="$proxies $name"
done
[ -z "$wanted$proxies" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need:$wanted$proxies. Please install them." >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
case "$wanted" in
*slapd*) echo "slapd slapd/no_configuration boolean true" | $as_root debconf-set-selections ;;
esac
# shellcheck disable=SC2086 # lists of package names
[ -z "$wanted" ] || $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted
for name in $proxies; do
    mkdir -p build/proxies
    (cd build/proxies && apt-get download -qq "$name" && dpkg-deb -x "$name"_*.deb . && rm "$name"_*.deb)
done
