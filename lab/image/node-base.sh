#!/bin/sh
# Turns a minimal Debian root file system into a node's: packages first, then provision.sh inside it.
# Runs as root in a mount namespace of its own (unshare --mount), so that nothing it mounts outlives it.
#   TARGET   the root file system       SOURCES  a sources.list with this machine's own mirror and keys
# Packages are fetched by this machine's apt, so that its proxies, certificates and credentials apply and none of
# them is ever written into the image; inside, they are installed without any network.
set -eu

here=$(dirname "$(readlink -f "$0")")
packages=$(sed 's/#.*//' "$here/packages.list" | tr '\n' ' ')

# shellcheck source-path=SCRIPTDIR source=host-apt.sh
. "$here/host-apt.sh"

echo "fetching the package lists"
host_apt update
echo "fetching packages"
host_apt dist-upgrade --download-only --yes
# shellcheck disable=SC2086  # a list of words
host_apt install --download-only --yes $packages

echo "installing packages"
mount -t proc proc "$TARGET/proc"
mount --rbind /dev "$TARGET/dev"
# Authenticity was checked by the download above; the keys' paths are this machine's and mean nothing inside.
sed -E 's/^deb (\[[^]]*\] )?/deb [trusted=yes] /' "$SOURCES" >"$TARGET/etc/apt/sources.list"
# No service may start while it is installed.
printf '#!/bin/sh\nexit 101\n' >"$TARGET/usr/sbin/policy-rc.d"
chmod 755 "$TARGET/usr/sbin/policy-rc.d"
inside() {
  chroot "$TARGET" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
inside_apt() {
  inside apt-get -qq -o APT::Install-Recommends=0 -o Dpkg::Use-Pty=0 -o DPkg::Options::=--force-unsafe-io "$@"
}
inside_apt dist-upgrade --no-download --yes
# shellcheck disable=SC2086  # a list of words
inside_apt install --no-download --yes $packages
rm -f "$TARGET/usr/sbin/policy-rc.d" "$TARGET/etc/apt/sources.list"

echo "configuring"
cp "$here/provision.sh" "$TARGET/provision.sh"
inside sh /provision.sh
rm -f "$TARGET/provision.sh"
umount -R "$TARGET/dev" "$TARGET/proc"
