"""
Makes a host what it was before Storm, by what birth.py wrote down. Run by `destroy`, or by hand with sudo on a host that was off
then. May be cut off anywhere and run again; the record goes last. Prints {"notes": [what stays, and why]}.
"""
import base64
import contextlib
import fcntl
import glob
import json
import os
import re
import shlex
import shutil
import stat
import subprocess

STATE = "/var/lib/storm"
SCRIPTS = "/usr/local/lib/storm"
UNITS = "/etc/systemd/system"
# Still there when the rest has left: swarm and Consul are left through them.
BASE = ("consul.service", "storm-dns.service", "storm-mesh.service", "storm-boot.service")
LEAVE_TOKENS = ("/etc/storm/tokens/controller", "/etc/storm/tokens/node")  # a manager's, which alone has it; else a worker's
# Rules that dockerd leaves in the firewall when it stops.
DOCKER_RULE = re.compile(r"(?<![\w-])(DOCKER(-[A-Z0-9-]+)?|docker0|docker_gwbridge|br-[0-9a-f]{12})(?![\w-])")


def path(absolute):
    """Where a file of the machine is; tests move the whole tree with STORM_ROOT."""
    return os.environ.get("STORM_ROOT", "") + absolute


def run(*command, timeout=60):
    """The output; "" when the command fails, is not there or does not end: what it was to do is done then, or looked at later."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL,
                              env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"})
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def load(name):
    try:
        with open(path(name), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def remove(name):
    """A file, a link, or a folder with all that is in it; of a mount point only what is in it."""
    if os.path.ismount(name):
        for each in os.listdir(name):
            remove(os.path.join(name, each))
    elif os.path.isdir(name) and not os.path.islink(name):
        shutil.rmtree(name, ignore_errors=True)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def replace(name, content, mode, uid, gid):
    """Whole or not at all; but through a mount, as a container's files are."""
    os.makedirs(os.path.dirname(name), exist_ok=True)
    target = name if os.path.ismount(name) else f"{name}.storm-new"
    with open(target, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(target, mode)
    os.chown(target, uid, gid)
    if target != name:
        os.replace(target, name)


def put_back(name, before):
    name = path(name)
    remove(f"{name}.storm-new")
    if before is None:
        if not os.path.ismount(name):
            remove(name)
        return
    if "link" in before:
        remove(name)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        os.symlink(before["link"], name)
        return
    replace(name, base64.b64decode(before["content"]), before["mode"], before["uid"], before["gid"])


def own_units():
    """Timers first, which start services. Not by name alone: an owner's unit may be called so too (Apache Storm's are)."""
    names = []
    for name in glob.glob(path(f"{UNITS}/storm-*.*")):
        with contextlib.suppress(OSError), open(name, encoding="utf-8", errors="replace") as file:
            if "Description=Storm: " in file.read():
                names.append(os.path.basename(name))
    return sorted(names, key=lambda name: (not name.endswith(".timer"), name))


def leave():
    """Out of swarm and Consul, what would join again first. Nobody is waited for: the others may be gone too."""
    for name in [unit for unit in own_units() if unit not in BASE]:
        run("systemctl", "disable", "--now", name)
    token = next(filter(os.path.exists, map(path, LEAVE_TOKENS)), "")
    run("env", f"CONSUL_HTTP_TOKEN_FILE={token}", "/usr/local/bin/consul", "leave", timeout=20)
    run("docker", "swarm", "leave", "--force", timeout=45)


def docker_objects(before):
    """What the cluster made in an engine that was there before."""
    if before is None:
        return
    containers = run("docker", "ps", "-aq").split()
    if containers:
        run("docker", "rm", "-f", "-v", *containers, timeout=120)
    for kind, words in (("volume", ("-q",)), ("network", ("-q", "--no-trunc")), ("image", ("-aq", "--no-trunc"))):
        for each in sorted(set(run("docker", kind, "ls", *words).split()) - set(before[kind])):
            run("docker", kind, "rm", *(["-f"] if kind != "network" else []), each)


def stop(found):
    ran = [unit for unit, state in found["units"].items() if state["active"] == "active"]
    run("systemctl", "stop", *(unit for unit in found["units"] if unit not in ran), timeout=120)
    for unit in BASE:
        run("systemctl", "disable", "--now", unit)
    return ran


def network(found, ran):
    run("nft", "add table inet storm_vpn; delete table inet storm_vpn; delete table inet storm")  # workers have no storm_vpn
    run("ip", "link", "delete", "storm0")
    local = (load("/etc/storm/node.json") or {}).get("nodeLocalAddress")
    if local:
        run("ip", "address", "delete", f"{local}/32", "dev", "lo")
    if "docker.service" in ran:
        return  # its rules and bridges are its own
    for tool in ("iptables", "ip6tables"):
        for table in ("filter", "nat", "mangle", "raw"):
            lines = [shlex.split(line) for line in run(tool, "-t", table, "-S").splitlines()]
            for line in lines:
                if line[0] == "-A" and DOCKER_RULE.search(" ".join(line)):
                    run(tool, "-t", table, "-D", *line[1:])
            for line in lines:
                if line[0] == "-N" and DOCKER_RULE.search(line[1]):
                    run(tool, "-t", table, "-X", line[1])
    run("iptables", "-P", "FORWARD", found["forwardPolicy"])
    for link in ("docker0", "docker_gwbridge"):
        run("ip", "link", "delete", link)
    for key, value in found.get("sysctls", {"net.ipv4.ip_forward": found.get("forwarding")}).items():
        run("sysctl", "-qw", f"{key}={value}")


def files(found):
    # Links before what they lead to, by which a second run would know them.
    ours = [*own_units(), "consul.service"]
    run("systemctl", "reset-failed", *ours)  # else systemd lists them for as long as it runs
    for name in [each for unit in ours for each in glob.glob(path(f"{UNITS}/*.wants/{unit}"))]:
        remove(name)
    for name, before in found["files"].items():
        if not name.startswith(f"{SCRIPTS}/"):
            put_back(name, before)
    for name in {f"{UNITS}/{unit}" for unit in [*ours, "docker.service.d/storm.conf"]} - set(found["files"]):
        remove(path(name))
    for name in [path("/etc/storm"), path("/etc/consul.d"), *glob.glob(path("/etc/docker/certs.d/registry.service.consul:*"))]:
        remove(name)
    for name in (f"{UNITS}/docker.service.d", "/etc/docker/certs.d"):
        with contextlib.suppress(OSError):
            os.rmdir(path(name))
    with contextlib.suppress(FileNotFoundError):
        name = path("/etc/hosts")
        with open(name, "rb") as file:
            content, about = file.read(), os.fstat(file.fileno())
        line = f"127.0.1.1 {found['name']} # storm\n".encode()
        if line in content:
            replace(name, content.replace(line, b""), stat.S_IMODE(about.st_mode), about.st_uid, about.st_gid)
    run("hostname", found["hostName"])


def known_to_dpkg():
    """Whatever of a package is on the machine: its configuration alone, or half of it, too."""
    rows = run("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n").splitlines()
    return {row.split()[-1] for row in rows if row[1] != "n"}


def packages(found):
    """Ours only: what storm-install wrote down. dpkg leaves what something else has come to need meanwhile."""
    recorded = set()
    with contextlib.suppress(FileNotFoundError), open(path(f"{STATE}/packages"), encoding="utf-8") as file:
        recorded = set(file.read().split()) - set(found["packages"])
    ours = sorted(known_to_dpkg() & recorded)
    if ours:
        # One that was cut off while it was unpacked goes too.
        run("dpkg", "--force-remove-reinstreq", "--purge", *ours, timeout=300)
    if not found["consul"]:
        remove(path("/usr/local/bin/consul"))
    if not found["consulUser"]:
        run("userdel", "consul")
    return [f"package {name} stays: something else needs it" for name in sorted(known_to_dpkg() & set(ours))]


def data(found):
    for name in ("/var/lib/consul", "/run/storm", *found["absent"]):
        remove(path(name))
    if found["docker"]:
        return
    roots = [path(name) for name in ("/var/lib/docker", "/run/docker")]
    with open("/proc/mounts", encoding="utf-8") as file:
        mounts = [line.split()[1] for line in file]
    for mount in reversed(mounts):
        if mount.startswith(tuple(f"{root}/" for root in roots)):
            run("umount", "-l", mount)
    for root in roots:
        remove(root)


def engine(found, ran):
    run("systemctl", "daemon-reload")
    run("systemctl", "reset-failed", *(unit for unit, state in found["units"].items() if state["active"] != "failed"))
    for unit, state in found["units"].items():
        if state["enabled"] in ("enabled", "disabled"):
            run("systemctl", "enable" if state["enabled"] == "enabled" else "disable", unit)
    if ran:
        run("systemctl", "restart", *ran, timeout=120)


def restore():
    found, notes = load(f"{STATE}/found.json"), []
    if found:
        leave()
        docker_objects(load(f"{STATE}/objects.json"))
        ran = stop(found)
        network(found, ran)
        files(found)
        notes = packages(found)
        data(found)
        engine(found, ran)
    # The record last but for this script, which finds nothing more to do without it.
    for name in glob.glob(path(f"{STATE}/*")):
        if os.path.basename(name) != "found.json":
            remove(name)
    remove(path(STATE))
    remove(path(SCRIPTS))
    return {"notes": notes}


if __name__ == "__main__":
    with open("/run/storm-host.lock", "w", encoding="utf-8") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        print(json.dumps(restore()))
