"""What a remote command brings to this node, as JSON on standard input; prints the node's public mesh key.

enroll: {"packed": files, "files": [{"path", "content", "mode", "owner", "units": [...]}], "start": [...]}
        `packed` is such a list too, as JSON, gzip, base64: what is no secret.
        Files are written whole and only when they differ; the units named beside a changed file are reloaded.
        "acl": {...} on managers: a running Consul gets new tokens before anything starts to use them.
        "hold": true on managers of several sites: a Consul without data yet waits for their round trips to be measured.
peers:  {"peers": {name: {"publicKey", "endpoint", "address"}}}
        Adds and changes only: a peer leaves by Consul KV, after its node has left the swarm.
        "measure": {...} on the same managers, see storm_round_trips.py.
"""
import base64
import contextlib
import grp
import gzip
import json
import os
import pwd
import subprocess
import sys
import time

from storm_acl import Waiting, WithToken, put_acl, until
from storm_lib import atomic_write, lock, node, path

CONSUL_SECRETS = "/etc/consul.d/secrets.json"
# Units whose files are new and that were not reloaded since: a run that is cut off between the two leaves them to the next.
PENDING = "/run/storm/reload.json"


def systemctl(*arguments):
    done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"systemctl {' '.join(arguments)}: {done.stderr.strip()}")


def read(name):
    try:
        with open(name, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write_files(files):
    """Writes what differs; returns the units to reload."""
    units = json.loads(read(path(PENDING)) or "[]")
    for file in files:
        name, mode = path(file["path"]), int(file.get("mode", "0600"), 8)
        user, _, group = file.get("owner", "root:root").partition(":")
        if read(name) != file["content"]:
            units += [unit for unit in file.get("units", []) if unit not in units]
            atomic_write(path(PENDING), json.dumps(units))
            atomic_write(name, file["content"], mode)
        os.chown(name, pwd.getpwnam(user).pw_uid, grp.getgrnam(group or user).gr_gid)
        os.chmod(name, mode)
    return units


def wait_active(units, seconds=90):
    deadline = time.monotonic() + seconds
    while True:
        waiting = [unit for unit in units
                   if subprocess.run(["systemctl", "is-active", "-q", unit], check=False).returncode != 0]
        if not waiting:
            return
        if time.monotonic() > deadline:
            state = subprocess.run(["systemctl", "status", "--no-pager", "-n", "10", *waiting],
                                   capture_output=True, text=True, check=False)
            raise SystemExit(f"not active after {seconds} s: {', '.join(waiting)}\n{state.stdout[-3000:]}")
        time.sleep(0.2)


def public_key():
    return subprocess.run(["/usr/local/lib/storm/storm-mesh", "key"], capture_output=True, text=True,
                          check=True).stdout.strip()


def tokens_of(text):
    return json.loads(text)["acl"]["tokens"]


def before_rotation(document):
    """
    A node that runs already gets new tokens only after Consul knows them: else registrations and names would be
    refused until the cluster's own step. Managers make them known, the others wait for it.
    """
    old = read(path(CONSUL_SECRETS))
    new = next(file["content"] for file in document["files"] if file["path"] == CONSUL_SECRETS)
    if old is None or tokens_of(old) == tokens_of(new):
        return
    with contextlib.suppress(OSError):
        if not WithToken(tokens_of(old)["agent"]).usable():
            return  # nothing runs here yet that could be refused
        for token in (tokens_of(old).get("initial_management"), tokens_of(new).get("initial_management")):
            if token and "acl" in document and WithToken(token).usable():
                put_acl(WithToken(token), document["acl"])
                break

        def known():
            if not WithToken(tokens_of(new)["agent"]).usable():
                raise Waiting("Consul does not know this node's new token yet")

        until(60, known)


def keeps_role(document):
    """A Consul server is one for life: half of what makes it one is user-data."""
    server = node()["consul"]["server"]
    if server != ("acl" in document):
        was, wanted = ("a manager", "a worker") if server else ("a worker", "a manager")
        raise SystemExit(f"{node()['name']} was made as {was} and is to become {wanted}, but a node keeps its role. Give the pools "
                         "in storm.yml a role, so that the choice of managers does not move, or a new name, so that nodes are made anew")


def unpacked(document):
    return json.loads(gzip.decompress(base64.b64decode(document["packed"])))


def enroll(document):
    keeps_role(document)
    before_rotation(document)
    files = unpacked(document) + document["files"]
    changed = write_files(files)
    if any(unit_file["path"].startswith("/etc/systemd/") for unit_file in files):
        systemctl("daemon-reload")
    if changed:
        systemctl("try-reload-or-restart", *changed)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path(PENDING))
    held = []
    if document.get("hold"):
        import storm_round_trips  # came with this document
        held = ["consul.service"] if storm_round_trips.hold() else []
    systemctl("start", "--no-block", *document["start"])
    wait_active([unit for unit in document["start"] if unit not in held])
    return {"publicKey": public_key()}


def peers(document):
    name = path("/var/lib/storm/peers.json")
    known = json.loads(read(name) or '{"peers": {}}')
    wanted = {**known["peers"], **document["peers"]}
    if wanted != known["peers"]:
        atomic_write(name, json.dumps({**known, "peers": wanted}))
    # Always: an earlier run may have been cut off between the two.
    subprocess.run(["/usr/local/lib/storm/storm-mesh", "sync"], check=True)
    if "measure" not in document:
        return {"peers": len(wanted)}
    import storm_round_trips  # not in user-data
    figures = storm_round_trips.measure(document["measure"])
    systemctl("start", "consul.service")
    wait_active(["consul.service"])
    return {"peers": len(wanted), "roundTrips": figures}


if __name__ == "__main__":
    step = {"enroll": enroll, "peers": peers}[sys.argv[1]]
    with lock("apply"):
        print(json.dumps(step(json.load(sys.stdin))))
