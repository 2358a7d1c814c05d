#!/bin/sh
# Makes the minimal Debian root file system that the node image and the image cache start from.
# Runs as root in a mount namespace of its own (unshare --mount), so that nothing it mounts outlives it.
#   TARGET   the folder to fill            SUITE    release name, for example bookworm
#   MIRROR   where packages come from      KEYRING  keys that the release file must be signed with
set -eu

here=$(dirname "$(readlink -f "$0")")

debootstrap --variant=minbase --keyring="$KEYRING" "$SUITE" "$TARGET" "$MIRROR"

install -D -m 644 "$here/dpkg-no-docs.conf" "$TARGET/etc/dpkg/dpkg.cfg.d/storm-no-docs"
# What debootstrap has already unpacked, by the same rules.
find "$TARGET/usr/share/doc" -mindepth 1 ! -type d ! -name copyright -delete
find "$TARGET/usr/share/doc" -mindepth 1 -type d -empty -delete
rm -rf "$TARGET"/usr/share/man/* "$TARGET"/usr/share/info/* "$TARGET"/usr/share/lintian "$TARGET"/usr/share/locale/*
rm -rf "$TARGET"/var/lib/apt/lists/* "$TARGET"/var/cache/apt/* "$TARGET"/var/cache/debconf/*-old "$TARGET"/var/log/*.log
rm -rf "$TARGET"/var/log/apt "$TARGET"/var/lib/dpkg/*-old
# A mirror's address may hold a password.
sed -i -E 's#//[^/@ ]*@#//#' "$TARGET/etc/apt/sources.list"
: >"$TARGET/etc/machine-id"
# Both are written from this machine by debootstrap; they are the container engine's to fill in.
rm -f "$TARGET/etc/resolv.conf" "$TARGET/etc/hostname"
