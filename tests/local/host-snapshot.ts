/** Prints what of a machine must be the same before and after; not logs, caches, and what a running system rewrites by itself. */
export const SNAPSHOT = `
find /etc /usr/local /usr/bin /usr/sbin /root /home /var/lib /opt /srv -xdev \\( -path /var/lib/systemd -o -path /var/lib/docker \
  -o -path /var/lib/cloud -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /etc/.pwd.lock -o -name '__pycache__' \\) -prune -o \
  -printf '%y %m %u %p %l\\n' | sort
find /etc /usr/local -xdev -type f ! -name '*-' -exec sha256sum {} + | sort -k2
dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n'
systemctl list-unit-files --no-legend --state=enabled,disabled,masked | sort
systemctl list-units --no-legend --plain --type=service --state=running,failed | awk '{print $1, $3}' | sort
systemctl list-units --no-legend --plain --all --type=timer | awk '{print $1, $3}' | sort
ip -brief address | sed 's/@.*//' | sort; nft list tables | grep storm; for t in iptables ip6tables; do $t-save | grep -E '^-A| DROP '; done
hostname; sysctl -n net.ipv4.ip_forward net.ipv4.tcp_retries2; cat /etc/resolv.conf /etc/hosts /etc/hostname; ls -A /var/lib/docker
`;
