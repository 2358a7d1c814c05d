"""
Looks at a machine that is to become a node and changes nothing. DOCUMENT: {"cluster", "name", "ports": {"tcp": [], "udp": []},
"cidrs": [], "memoryMiB"}. Prints {"findings": [...], "machineId", "hostName", ...}; a finding says what is wrong and what to do.
"""
import glob
import ipaddress
import json
import os
import platform
import shutil
import socket
import struct
import subprocess
import time

SYSTEMS = {"debian": ("12", "13"), "ubuntu": ("22.04", "24.04")}
FOUND = "/var/lib/storm/found.json"
LISTEN = "0A"


def path(absolute):
    """Where a file of the machine is; tests move the whole tree with STORM_ROOT."""
    return os.environ.get("STORM_ROOT", "") + absolute


def read(name):
    try:
        with open(path(name), encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def system():
    pairs = dict(line.split("=", 1) for line in read("/etc/os-release").splitlines() if "=" in line)
    name, version = (pairs.get(key, "").strip('"') for key in ("ID", "VERSION_ID"))
    if version not in SYSTEMS.get(name, ()):
        found = pairs.get("PRETTY_NAME", "an unknown system").strip('"')
        yield f"runs {found}: Storm needs Debian 12 or 13, or Ubuntu 22.04 or 24.04"
    if not os.path.isdir(path("/run/systemd/system")):
        yield "is not run by systemd: Storm's services are systemd units"
    if platform.machine() not in ("x86_64", "aarch64"):
        yield f"has the processor architecture {platform.machine()}: Storm needs x86_64 or aarch64"
    if not shutil.which("apt-get"):
        yield "has no apt-get, which installs what a node needs"


def memory_mib():
    for line in read("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) // 1024
    return 0


def memory(document):
    if memory_mib() < document["memoryMiB"]:
        yield f"has {memory_mib()} MiB of memory: a node needs {document['memoryMiB']} MiB"


def holders():
    """Names of processes by the inode of their sockets; only those that may be looked at."""
    names = {}
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            target = os.readlink(link)
            if target.startswith("socket:["):
                with open(f"/proc/{link.split('/')[2]}/comm", encoding="utf-8") as file:
                    names[target[8:-1]] = file.read().strip()
        except OSError:
            continue  # it ended meanwhile
    return names


def bound(protocol):
    """(port, inode) of what listens where Storm would; another loopback address, such as systemd-resolved's, is no conflict."""
    for line in (read(f"/proc/net/{protocol}") + read(f"/proc/net/{protocol}6")).splitlines():
        fields = line.split()
        if len(fields) < 10 or ":" not in fields[1] or (protocol == "tcp" and fields[3] != LISTEN):
            continue
        address, port = fields[1].split(":")
        if len(address) == 8:
            host = ipaddress.IPv4Address(struct.pack("<I", int(address, 16)))
            if host.is_loopback and str(host) != "127.0.0.1":
                continue
        yield int(port, 16), fields[9]


def ports(document):
    names = None
    for protocol in ("tcp", "udp"):
        taken = dict(bound(protocol))
        for port in sorted(set(document["ports"][protocol]) & set(taken)):
            names = holders() if names is None else names
            owner = names.get(taken[port], "another process")
            yield f"port {port}/{protocol} is taken by {owner}: stop and disable it, or move it to another port"


def routes(document):
    for line in read("/proc/net/route").splitlines()[1:]:
        fields = line.split()
        destination, mask = (struct.pack("<I", int(fields[index], 16)) for index in (1, 7))
        if destination == b"\0\0\0\0":
            continue
        network = ipaddress.IPv4Network((destination, str(ipaddress.IPv4Address(mask))), strict=False)
        for cidr in document["cidrs"]:
            if network.overlaps(ipaddress.IPv4Network(cidr)):
                yield f"routes {network} to {fields[0]}, which overlaps {cidr}: give `network` in storm.yml other ranges"


def foreign():
    """What Storm would run for itself and is there already, in use."""
    if glob.glob(path("/var/lib/docker/containers/*")):
        yield "has Docker containers of its own: a node's engine is the cluster's, so move or remove them first"
    if os.path.exists(path("/var/lib/docker/swarm/state.json")):
        yield "is in a swarm already: `docker swarm leave` first"
    if any(os.path.realpath(path(f"/etc/systemd/system/{unit}.service")) == "/dev/null" for unit in ("docker", "containerd", "consul")):
        yield "has masked the unit of Docker, containerd or Consul: `systemctl unmask docker containerd consul`"
    if glob.glob(path("/etc/consul.d/*")):
        yield "has a Consul of its own (/etc/consul.d): remove it first"


def wireguard():
    known = os.path.isdir("/sys/module/wireguard") or shutil.which("wireguard-go")
    modprobe = shutil.which("modprobe") or "/sbin/modprobe"
    if not known and (not os.path.exists(modprobe)
                      or subprocess.run([modprobe, "-n", "-q", "wireguard"], check=False).returncode != 0):
        yield "has a kernel without WireGuard: install the distribution's own kernel"


def belongs(document):
    """Whose node the machine is already: None for nobody's, True for the one asked about."""
    try:
        found = json.loads(read(FOUND))
    except ValueError:
        return None
    return True if (found["cluster"], found["name"]) == (document["cluster"], document["name"]) else found


def check(document):
    findings = [*system(), *memory(document), *wireguard()]
    owner = belongs(document)
    if owner is None:
        findings += [*ports(document), *routes(document), *foreign()]
    elif owner is not True:
        findings.append(f"is node {owner['name']} of the cluster {owner['cluster']} already: take it out there, or run `sudo python3 "
                        "/usr/local/lib/storm/storm_restore.py` on it, first")
    machine_id = read("/etc/machine-id").strip()
    if not machine_id:
        findings.append("has no /etc/machine-id: run `systemd-machine-id-setup`")
    return {"findings": findings, "machineId": machine_id, "hostName": socket.gethostname(),
            "time": time.time()}


if __name__ == "__main__":
    print(json.dumps(check(globals()["DOCUMENT"])))
