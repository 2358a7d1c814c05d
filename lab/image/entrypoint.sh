#!/bin/sh
# Makes a container look like a machine to systemd and to the dockerd inside it, then becomes init.
set -eu

mount -o remount,rw /sys
# cgroup v1 has one mount per controller, v2 a single one. "bind" changes the mount alone: remounting the file system
# itself answers "busy" once the machine has groups in that hierarchy.
while read -r _ point type _; do
  case $type in cgroup | cgroup2) mount -o remount,bind,rw "$point" ;; esac
done </proc/mounts
# dockerd's own containers need to see later mounts.
mount --make-rshared /

exec /sbin/init
