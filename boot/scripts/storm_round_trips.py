"""How far the managers are from each other over the mesh, measured before Consul's servers form their quorum: distant servers lose
their leader again and again, and one that has formed cannot simply be taken apart.

{"managers": {name: mesh address}, "limitMs": longest mean, "tries", "patienceSeconds": to be reached at all}
"""
import contextlib
import os
import socket
import time

from storm_lib import node, path

# While it is there consul.service does not start, also not over a reboot.
HOLD = "/etc/storm/hold-consul"
DATA = "/var/lib/consul/raft"
# Discard: nobody listens there, and a refusal takes as long as an answer. sshd would take account of such visits.
PORT = 9


def hold():
    """A quorum that has formed already is never stopped. Returns whether Consul waits."""
    if os.path.exists(path(DATA)):
        return False
    with open(path(HOLD), "w", encoding="utf-8"):
        return True


def release():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path(HOLD))


def once(address, timeout=2):
    """One round trip in milliseconds; OSError when nothing came back."""
    began = time.perf_counter()
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection((address, PORT), timeout).close()
    return (time.perf_counter() - began) * 1000


def reach(address, deadline):
    """The other side may still be getting to know its peers; and the first packet pays for WireGuard's handshake."""
    while True:
        try:
            return once(address)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def figures_of(others, tries, deadline):
    """{name: {"meanMs", "worstMs"}} of those that answer, and why the others did not."""
    figures, silent = {}, {}
    for name, address in sorted(others.items()):
        seen = []
        try:
            reach(address, deadline)
            for _ in range(tries):
                seen.append(once(address))
                time.sleep(0.05)
        except OSError as error:
            silent[name] = f"{name} ({address}): {error}"
            continue
        figures[name] = {"meanMs": round(sum(seen) / len(seen), 1), "worstMs": round(max(seen), 1)}
    return figures, silent


def measure(document):
    """The figures of the other managers. Where the quorum is yet to form, one that is too far is an error, and so is too few that
    answer; later, a manager that is away must not stop what repairs it."""
    held, me = os.path.exists(path(HOLD)), node()["name"]
    others = {name: address for name, address in document["managers"].items() if name != me}
    deadline = time.monotonic() + (document["patienceSeconds"] if held else 5)
    figures, silent = figures_of(others, document["tries"], deadline)
    far = [f"{name} {entry['meanMs']:g} ms (worst {entry['worstMs']:g} ms)" for name, entry in figures.items()
           if entry["meanMs"] > document["limitMs"]]
    if held and far:
        raise SystemExit(f"mean round trip from {me} to {', '.join(far)}: managers may be {document['limitMs']:g} ms apart at most. "
                         "Consul was not started. In storm.yml give `role: manager` to pools on sites near each other, or to one "
                         "pool of 3, and `role: worker` to the others")
    if held and len(figures) + 1 <= len(document["managers"]) // 2:
        raise SystemExit(f"{me} reaches too few managers over the mesh for a quorum: {'; '.join(silent.values())}. "
                         "Is the mesh's UDP port open between their sites?")
    release()
    return figures
