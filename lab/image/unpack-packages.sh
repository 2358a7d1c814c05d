#!/bin/sh
# Unpacks Debian packages into TARGET/root, without installing them and without being root.
#   SOURCES  a sources.list with this machine's own mirror and keys       PACKAGES  their names
set -eu

here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=host-apt.sh
. "$here/host-apt.sh"

mkdir -p "$TARGET/var/lib/dpkg" "$TARGET/debs" "$TARGET/root"
: >"$TARGET/var/lib/dpkg/status"
host_apt update
# shellcheck disable=SC2086  # a list of words
(cd "$TARGET/debs" && host_apt download $PACKAGES)
for deb in "$TARGET"/debs/*.deb; do
  dpkg-deb --extract "$deb" "$TARGET/root"
done
