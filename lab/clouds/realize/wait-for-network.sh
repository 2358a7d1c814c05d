#!/bin/sh
# Entry point of the lab's machines. A cloud's machine has its network before it boots; a container gets it (and its disks) from the lab
# right after its start, the default route last. Without one within two minutes it ends, and Docker starts it again.
set -eu

# An orderly halt (SIGRTMIN+3, as systemd is asked for it) before there is a systemd.
trap 'exit 0' TERM RTMIN+3

limit=${STORM_LAB_NETWORK_SECONDS:-120}
tenths=0
until ip -4 route show default dev eth0 2>/dev/null | grep -q .; do
  if [ "$tenths" -ge $((limit * 10)) ]; then
    echo "the lab gave this machine no network within $limit s: does its daemon run?" >&2
    exit 1
  fi
  sleep 0.1
  tenths=$((tenths + 1))
done

# A machine keeps the name that it gave itself. Docker has a file of its own there, which it writes anew at each start.
umount /etc/hostname
if [ -s /etc/hostname ]; then
  hostname -F /etc/hostname
else
  hostname >/etc/hostname
fi
exec "$@"
