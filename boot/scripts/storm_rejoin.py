"""Takes one node back into the running cluster, whose machine was made anew or restarted, and waits until tasks can run there.

By remote command on a manager, JSON on standard input: {"management", "name", "entry": its part of storm/nodes, "key": its key in
Consul's KV, "peer": {"publicKey", "endpoint", "address"}}. May be cut off anywhere and run again.
"""
import hashlib
import json
import os
import sys
import time

from storm_acl import Waiting, WithToken, expect, until
from storm_cluster import put_changed
from storm_forget import ALIVE
from storm_lib import Docker, lock

# For so long it must be there. A machine that has just gone is still Ready in the swarm until three beats are missed, six under a new
# leader (storm_cluster.py), and what is asked for one that has just come back may be answered of the one before.
STEADY = 25


def publish(consul, document):
    """What the commands for all nodes write, for this one: the others' mesh and the controller follow it."""
    with lock("cluster"):  # those write the same lists
        text = consul.kv_get("storm/nodes")
        if not text:
            raise Waiting("Consul has no list of nodes yet")  # one of this node alone would have the others leave
        put_changed(consul, "storm/nodes", {**json.loads(text), document["name"]: document["entry"]})
        if put_changed(consul, document["key"], document["peer"]):
            consul.kv_put("mesh/version", str(time.time_ns()))


def look(consul, docker, name):
    """Raises Waiting with what is missing."""
    nodes = expect(docker.get("/nodes"), "nodes")
    states = [found["Status"]["State"] for found in nodes if found["Description"].get("Hostname") == name]
    if "ready" not in states:
        raise Waiting(f"{name}: {' and '.join(states) or 'not'} in the swarm")
    members = {member["Name"]: member["Status"] for member in expect(consul.get("agent/members"), "members")}
    if members.get(name) != ALIVE:
        raise Waiting(f"{name}: not alive in Consul")
    text, status = consul.kv_get("storm/nodes") or "", json.loads(consul.kv_get("storm/status") or "{}")
    if status.get("nodes") != hashlib.sha256(text.encode()).hexdigest()[:16]:
        raise Waiting("the controller has not seen the new list of nodes yet")
    pending = [each for each in status["pending"] if each.partition(":")[0] == name]
    if pending:
        raise Waiting("; ".join(pending))


class Steadily:
    """`step`, until it has passed at every look for `seconds`."""

    def __init__(self, seconds, step):
        self.seconds, self.step, self.since = seconds, step, None

    def __call__(self):
        try:
            self.step()
        except OSError:
            self.since = None
            raise
        self.since = self.since or time.monotonic()
        if time.monotonic() - self.since < self.seconds:
            raise Waiting(f"back, and watched for {self.seconds} s")


def rejoin(document, seconds=300, steady=STEADY):
    consul, docker, name = WithToken(document["management"]), Docker(), document["name"]
    until(seconds, lambda: publish(consul, document))
    until(seconds, Steadily(steady, lambda: look(consul, docker, name)))
    return {"back": name}


if __name__ == "__main__":
    os.environ.setdefault("HOME", "/root")
    print(json.dumps(rejoin(json.load(sys.stdin))))
