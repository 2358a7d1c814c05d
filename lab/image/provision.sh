#!/bin/sh
# Configures a Debian root file system, from inside, as a Storm node. Knows no cluster: all that comes by user-data.
set -eu

# A node is told what to run by its user-data; nothing of Debian's starts by itself before that.
systemctl disable -q docker.service docker.socket containerd.service haproxy.service
systemctl mask -q haproxy.service

# Consoles, hardware, package updates and kernel settings are not a container's to touch: they are the machine's.
systemctl mask -q \
  getty.target getty-static.service console-getty.service getty@tty1.service \
  systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
  systemd-udev-settle.service modprobe@.service sys-fs-fuse-connections.mount systemd-modules-load.service kmod-static-nodes.service systemd-pstore.service \
  systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service \
  systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-journald-audit.socket \
  sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount \
  apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service \
  cloud-init-hotplugd.socket
rm -f /usr/lib/sysctl.d/50-pid-max.conf /usr/lib/sysctl.d/99-protect-links.conf

# The container engine owns addresses, resolv.conf, hosts and the host name of a local node.
cat >/etc/cloud/cloud.cfg.d/90-storm-node-image.cfg <<'CFG'
datasource_list: [NoCloud]
network: {config: disabled}
preserve_hostname: true
manage_etc_hosts: false
apt_preserve_sources_list: true
ssh_deletekeys: false
CFG
rm -f /etc/cloud/cloud.cfg.d/90_dpkg.cfg

# A log of a node must survive its reboot, and not fill the disk.
mkdir -p /var/log/journal /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=persistent\nSystemMaxUse=64M\nForwardToSyslog=no\n' >/etc/systemd/journald.conf.d/storm.conf

# Identity comes with the first boot.
rm -f /etc/ssh/ssh_host_* /etc/resolv.conf /etc/hostname
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id

rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/apt /var/log/*.log
