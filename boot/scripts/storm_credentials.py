"""On managers: client certificates of the Docker API that were revoked, or have ended, open nothing and hold nothing open.

The proxy itself refuses both when somebody connects (boot/docker.ts): a certificate past its end at the handshake, a revoked one by the
serial numbers in a file. This daemon brings serial numbers from Consul's storm/credentials/revoked/ to that file and into the running
proxy, and ends the connections that were open before.

A serial number never leaves the file: a Consul that has lost its data makes no certificate good again. Until the whole list was read
once, the file lacks a word without which the proxy lets nobody in but the program's own certificates: a new manager, too, knows who
was revoked before it takes people's.
"""
import calendar
import os
import re
import socket
import time

from storm_lib import ApiError, Consul, atomic_write, forever, log, path

PREFIX = "storm/credentials/revoked/"
# The proxy's configuration names these two.
REVOKED = "/etc/storm/docker-api/revoked"
SOCKET = "/run/storm/docker-api.sock"
# Between two looks at what is open; a change in Consul comes at once.
LOOK_SECONDS = 2
SERIAL = re.compile("[0-9A-F]{1,40}")
# The proxy's configuration names it, too. It sorts after all serial numbers: when it is said, they are.
READ = "read"
# A line of the proxy's table for each connection, and of its list of sessions.
CONNECTION = re.compile(r" key=(?P<source>\S+:\d+):(?P<serial>[0-9A-F]+):(?P<end>\d{12})Z ")
SESSION = re.compile(r"^(?P<id>0x[0-9a-f]+): .*?\bsrc=(?P<source>\S+:\d+) fe=docker-api ", re.MULTILINE)


def ask(command):
    """What the running proxy answers to one command."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(path(SOCKET))
        connection.sendall(f"{command}\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return answer.decode("utf-8", "replace")


def tell(command):
    """A command that answers nothing when it is done."""
    answer = ask(command).strip()
    if answer:
        raise ApiError(f"the proxy, to {command}: {answer[:200]}")


def known():
    """What the file has: serial numbers, and READ."""
    if not os.path.exists(path(REVOKED)):
        return set()
    with open(path(REVOKED), encoding="utf-8") as file:
        return {word for word in file.read().split() if word == READ or SERIAL.fullmatch(word)}


def ended(end):
    """`end` as the proxy has it: YYMMDDhhmmss."""
    return calendar.timegm(time.strptime(f"20{end}", "%Y%m%d%H%M%S")) <= time.time()


class Gate:
    def __init__(self):
        self.consul, self.index = Consul("controller", timeout=5), 0

    def revoked(self):
        """Serial numbers in Consul. Any server's answer will do: one that is cut off still says what it knows. Not so for the first list,
        for a new server knows nothing yet: that is the leader's, of a Consul that has its data."""
        how = {"stale": True} if READ in known() else {"consistent": True}
        if "stale" not in how and self.consul.kv_get("storm/nodes", **how) is None:
            raise ApiError("Consul has no data, so nobody knows who was revoked")
        tree, self.index = self.consul.kv_tree(PREFIX, self.index, wait=f"{LOOK_SECONDS}s", **how)
        names = {key[len(PREFIX):] for key in tree}
        return {name for name in names if SERIAL.fullmatch(name)} | {READ}

    def step(self):
        new, error = set(), None
        try:
            new = self.revoked()
        except OSError as problem:  # what is known already holds without Consul, too
            error = problem
        words = self.remember(new)
        self.refuse(words)
        self.close(words)
        if error:
            raise error

    @staticmethod
    def remember(new):
        before = known()
        if new - before:
            atomic_write(path(REVOKED), "".join(f"{word}\n" for word in sorted(before | new)))
            log("revoked: " + (", ".join(sorted(new - before - {READ})) or "nobody; the list was read"))
        return before | new

    @staticmethod
    def refuse(words):
        """New connections. The proxy reads the file when it starts, and learns here what came since."""
        there = {line.split()[-1] for line in ask(f"show acl {REVOKED}").splitlines() if line.startswith("0x")}
        for word in sorted(words - there):
            tell(f"add acl {REVOKED} {word}")

    @staticmethod
    def close(words):
        """Connections that are open."""
        table = ask("show table docker-api data.conn_cur gt 0")
        over = {found["source"] for found in CONNECTION.finditer(table) if found["serial"] in words or ended(found["end"])}
        if not over:
            return
        for session in SESSION.finditer(ask("show sess")):
            if session["source"] in over:
                tell(f"shutdown session {session['id']}")
                log(f"ended a connection from {session['source']}")


if __name__ == "__main__":
    forever(Gate().step, pause=0)
