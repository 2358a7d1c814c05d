"""
Does to a machine that exists already what user-data does to a cloud's. Before the first change it writes down what there was, for
storm_restore.py. May be cut off anywhere and run again. DOCUMENT: {"cluster", "name", "user", "files", "units"}; prints {"id"}.
"""
import base64
import fcntl
import json
import os
import pwd
import shutil
import socket
import stat
import subprocess
import uuid

STATE = "/var/lib/storm"
FOUND = f"{STATE}/found.json"
# What an engine that was there before had in it.
OBJECTS = f"{STATE}/objects.json"
# There once the machine is a node: a birth that fails before is taken back, one that is repeated is not.
BORN = f"{STATE}/born"
# What engines make for themselves besides, wherever they run first.
ENGINE_FOLDERS = ("/etc/docker", "/etc/docker/key.json", "/etc/cni", "/opt/cni", "/opt/containerd", "/etc/containerd",
                  "/var/lib/containerd")
# What Storm sets of the kernel's; storm-boot does it at every start.
SYSCTLS = ("net.ipv4.ip_forward", "net.ipv4.tcp_retries2")
DOCKER_UNITS = ("docker.service", "docker.socket", "containerd.service")


def path(absolute):
    """Where a file of the machine is; tests move the whole tree with STORM_ROOT."""
    return os.environ.get("STORM_ROOT", "") + absolute


def run(*command, check=True, timeout=600):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL,
                          env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"})
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


def atomic_write(name, data, mode):
    os.makedirs(os.path.dirname(name), exist_ok=True)
    temporary = f"{name}.storm-new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    os.replace(temporary, name)


def load(name):
    try:
        with open(path(name), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def save(name, value):
    atomic_write(path(name), json.dumps(value).encode(), 0o600)


def state_of(name):
    """A file as it is, so that it can be made so again; None when there is none."""
    try:
        about = os.lstat(path(name))
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(about.st_mode):
        return {"link": os.readlink(path(name))}
    with open(path(name), "rb") as file:
        content = base64.b64encode(file.read()).decode()
    return {"content": content, "mode": stat.S_IMODE(about.st_mode), "uid": about.st_uid, "gid": about.st_gid}


def packages():
    """Known to dpkg: also those of which only the configuration is left."""
    rows = run("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n").splitlines()
    return sorted({row.split()[-1] for row in rows if row[1] != "n"})


def unit_state(unit):
    return {what: run("systemctl", f"is-{what}", unit, check=False).strip() for what in ("enabled", "active")}


def forward_policy():
    rules = run("iptables", "-S", "FORWARD", check=False) if shutil.which("iptables") else ""
    return "DROP" if "-P FORWARD DROP" in rules else "ACCEPT"


def filled(folder):
    return os.path.isdir(path(folder)) and bool(os.listdir(path(folder)))


def has_user(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def sysctl(key):
    with open(f"/proc/sys/{key.replace('.', '/')}", encoding="utf-8") as file:
        return file.read().strip()


def found(document):
    """What there was before Storm; written once, before anything is changed."""
    known = load(FOUND)
    if known:
        if (known["cluster"], known["name"]) != (document["cluster"], document["name"]):
            raise SystemExit(f"this machine is node {known['name']} of the cluster {known['cluster']} already")
        return known
    names = [each["path"] for each in document["files"]]
    now = {
        "id": str(uuid.uuid4()), "cluster": document["cluster"], "name": document["name"],
        "hostName": socket.gethostname(), "sysctls": {key: sysctl(key) for key in SYSCTLS}, "forwardPolicy": forward_policy(),
        "files": {name: state_of(name) for name in [*names, "/etc/resolv.conf", "/etc/hostname"]},
        "packages": packages(), "units": {unit: unit_state(unit) for unit in DOCKER_UNITS},
        "docker": filled("/var/lib/docker"), "absent": [name for name in ENGINE_FOLDERS if not os.path.lexists(path(name))],
        "consul": os.path.exists(path("/usr/local/bin/consul")), "consulUser": has_user("consul"),
    }
    os.makedirs(path(STATE), mode=0o711, exist_ok=True)
    save(FOUND, now)
    return now


def write_files(document):
    # The way back comes first.
    for each in sorted(document["files"], key=lambda file: not file["path"].endswith("storm_restore.py")):
        atomic_write(path(each["path"]), each["content"].encode(), int(each["mode"], 8))


def set_name(name):
    run("hostname", name)
    # Written through: in a container the file is a mount of its own.
    with open(path("/etc/hostname"), "w", encoding="utf-8") as file:
        file.write(f"{name}\n")
    line = f"127.0.1.1 {name} # storm\n"
    with open(path("/etc/hosts"), "a+", encoding="utf-8") as file:
        file.seek(0)
        if line not in file.read():
            file.write(line)


def start(document, before):
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", *document["units"])
    run("systemctl", "start", "--no-block", "storm-boot.service", "storm-mesh.service", "storm-dns.service")
    # An engine that ran before has to read its new configuration.
    ran = before["units"]["docker.service"]["active"] == "active"
    run("systemctl", "restart" if ran else "start", "docker.service", timeout=120)
    if before["docker"] and not load(OBJECTS):
        kinds = {"image": ("image", "ls", "-aq", "--no-trunc"), "volume": ("volume", "ls", "-q"),
                 "network": ("network", "ls", "-q", "--no-trunc")}
        save(OBJECTS, {kind: run("docker", *words).split() for kind, words in kinds.items()})


def builds_for(user):
    """The archives of build contexts come by SFTP, as the user that SSH lets in."""
    folder, account = path(f"{STATE}/builds"), pwd.getpwnam(user)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chown(folder, account.pw_uid, account.pw_gid)


def birth(document):
    before = found(document)
    write_files(document)
    set_name(document["name"])
    run("/usr/local/lib/storm/storm-install", timeout=1800)
    start(document, before)
    builds_for(document["user"])
    save(BORN, True)
    return {"id": before["id"]}


if __name__ == "__main__":
    with open("/run/storm-host.lock", "w", encoding="utf-8") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        print(json.dumps(birth(globals()["DOCUMENT"])))
