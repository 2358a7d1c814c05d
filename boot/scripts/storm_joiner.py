"""Keeps this node in the swarm while storm/nodes lists it, and takes it out when it does not.

Without argument: the daemon. `stop`: the unit's ExecStop, which drains this node when the machine shuts down.
"""
import json
import os
import socket
import subprocess
import sys
import threading
import time

from storm_lib import ApiError, Consul, Docker, atomic_write, forever, log, node, path

NAME, MESH = node()["name"], node()["mesh"]["address"]
AVAILABILITY = f"storm/availability/{NAME}"
OWN_TASKS = {"label": ["com.docker.swarm.task.id"]}
LEAVE_PATIENCE = 120
JOIN_PATIENCE = 120
LISTED = "/var/lib/storm/listed"


def answers(address, port=2377):
    try:
        socket.create_connection((address, port), 1).close()
        return True
    except OSError:
        return False


def expect(answer, what):
    if answer[0] != 200:
        raise ApiError(f"{what}: {answer[0]} {str(answer[1])[:300]}")
    return answer[1]


class Joiner:
    def __init__(self):
        self.consul, self.docker = Consul("node"), Docker()
        self.announced, self.restarted, self.unwanted_since, self.joining_since = False, False, None, None

    def nodes(self):
        text = self.consul.kv_get("storm/nodes", stale=True)
        return json.loads(text) if text else None

    def step(self):
        """One look at what this node is and should be, and at most one action."""
        swarm = expect(self.docker.get("/info"), "info")["Swarm"]
        nodes = self.nodes()
        if not nodes:
            raise ApiError("the cluster is not formed yet")
        if not self.announced:
            self.consul.kv_put(AVAILABILITY, "active")
            self.announced = True
        state = swarm["LocalNodeState"]
        if NAME in nodes and not self.was_listed():
            atomic_write(path(LISTED), "")
        if NAME not in nodes and not node().get("elastic"):
            if not self.was_listed():
                raise ApiError("this node is not in the cluster's list yet")
            self.depart(swarm)
        elif state == "inactive":
            self.join(nodes)
        elif state == "pending" and not swarm["NodeID"]:
            self.await_entry()
        elif self.removed(swarm):
            self.leave("removed from the swarm")
        elif state == "error":
            self.repair(swarm["Error"], nodes)
        else:
            self.restarted, self.unwanted_since, self.joining_since = False, None, None

    def await_entry(self):
        """The engine asks for ever to be let in, also when its entry is gone: it knows no id by which to hear of that."""
        self.joining_since = self.joining_since or time.monotonic()
        if time.monotonic() - self.joining_since > JOIN_PATIENCE:
            self.leave(f"not let in within {JOIN_PATIENCE} s")

    @staticmethod
    def was_listed():
        """A new node hears of the cluster before the cluster lists it; only one that was listed has left."""
        return os.path.exists(path(LISTED))

    def repair(self, error, nodes):
        """An engine that met a passing fault (no address yet) is cured by a restart; a lost membership only by joining
        anew, and that only while others keep the swarm: if all managers left, nothing would be left to join."""
        if not self.restarted:
            log(f"swarm error: {error}; restarting the engine")
            self.restarted = True
            subprocess.run(["systemctl", "restart", "docker.service"], check=False)
        elif self.managers(nodes):
            self.leave(f"swarm error: {error}")

    @staticmethod
    def managers(nodes):
        others = [other["address"] for name, other in nodes.items() if other["role"] == "manager" and name != NAME]
        return [address for address in others if answers(address)]

    def join(self, nodes):
        if is_stopping():
            raise ApiError("this machine shuts down")  # and has left just now: see farewell()
        if not self.consul.kv_get("storm/swarm/id"):
            raise ApiError("no swarm yet")  # the first manager is initialised by a remote command
        role = "manager" if nodes.get(NAME, node())["role"] == "manager" else "worker"
        # Only managers hold the controller's token, and only it reads the managers' join token.
        token = Consul("controller" if role == "manager" else "node").kv_get(f"storm/swarm/join/{role}")
        remotes = self.managers(nodes)
        if not token or not remotes:
            raise ApiError(f"cannot join yet: {'no manager answers' if token else f'no join token for a {role}'}")
        # Before the first task of the ingress: until the timer's next look visitors would get a certificate that nobody believes.
        subprocess.run(["systemctl", "start", "storm-certificates.service"], check=False)
        # By the socket: a token on a command line shows in the process list.
        status, answer = self.docker.post("/swarm/join", {
            "ListenAddr": f"{MESH}:2377", "AdvertiseAddr": MESH, "DataPathAddr": MESH, "JoinToken": token,
            "RemoteAddrs": [f"{address}:2377" for address in remotes]}, timeout=60)
        if status != 200:
            raise ApiError(f"join: {status} {answer}")
        log(f"joined the swarm as {role}")

    def removed(self, swarm):
        """A worker does not learn that it was removed, a manager neither; so the controller notes the ids it removes.
        Also a swarm of this node alone that is not the cluster's: initialised by a run that was cut off."""
        if swarm.get("ControlAvailable"):
            if self.docker.get(f"/nodes/{swarm['NodeID']}")[0] == 200:
                known = self.consul.kv_get("storm/swarm/id")
                return bool(known) and swarm.get("Nodes") == 1 and swarm["Cluster"]["ID"] != known
        return swarm["NodeID"] in json.loads(self.consul.kv_get("storm/removed", stale=True) or "{}")

    def leave(self, why):
        log(f"leaving the swarm: {why}")
        self.joining_since = None
        expect(self.docker.post("/swarm/leave", force=True, timeout=60), "leave")

    def depart(self, swarm):
        """Not in storm/nodes any more: the controller drains and demotes, then this node goes by itself."""
        self.unwanted_since = self.unwanted_since or time.monotonic()
        if swarm["LocalNodeState"] == "inactive":
            log("left the cluster")
            try:
                leave_consul()  # answers only if it is quicker than its own end
            finally:
                subprocess.run(["systemctl", "stop", "--no-block", "consul.service"], check=False)
            return
        if swarm.get("ControlAvailable") and not self.removed(swarm):
            return  # a manager that left by force would take its vote with it
        late = time.monotonic() - self.unwanted_since > LEAVE_PATIENCE
        if late or not tasks(self.docker):
            self.leave("not in storm/nodes")


def leave_consul(**options):
    """A worker's agent takes the node's token for this. That one has no say over managers' agents, which others reach too."""
    Consul("controller" if node()["consul"]["server"] else "node", **options).put("/v1/agent/leave")


def tasks(docker):
    return len(expect(docker.get("/containers/json", filters=OWN_TASKS), "containers"))


class Images:
    """Pulls what storm/images lists, one at a time, so that a task that moves here does not wait for its image."""

    def __init__(self):
        self.consul, self.docker, self.index = Consul("node"), Docker(), 0

    def step(self):
        tree, index = self.consul.kv_tree("storm/images", self.index, stale=True)
        if expect(self.docker.get("/info"), "info")["Swarm"]["LocalNodeState"] != "active":
            raise ApiError("images wait for the swarm")
        failed = [image for image in json.loads(tree.get("storm/images", "[]")) if not self.pull(image)]
        if failed:
            raise ApiError(f"not pulled: {', '.join(failed)}")
        self.index = index

    def pull(self, image):
        if self.docker.get(f"/images/{image}/json")[0] == 200:
            return True
        # Without a tag the engine would pull all of them.
        tagged = image if ":" in image.rpartition("/")[2] else image + ":latest"
        self.docker.post("/images/create", fromImage=tagged, timeout=600)
        return self.docker.get(f"/images/{image}/json")[0] == 200  # errors come within a stream that began with 200


def is_stopping():
    state = subprocess.run(["systemctl", "is-system-running"], capture_output=True, text=True, check=False)
    return state.stdout.strip() == "stopping"


def stop():
    """Drains on shutdown, not when only this unit restarts. All is bounded: when the whole cluster stops there is
    nobody to drain to, and a node must not stay for it."""
    docker, began = Docker(timeout=2), time.monotonic()
    if not is_stopping() or not tasks(docker):
        return
    Consul("node", timeout=2).kv_put(AVAILABILITY, "drain")
    first = tasks(docker)
    while (left := tasks(docker)) and time.monotonic() - began < (8 if left < first else 4):
        time.sleep(0.2)


def farewell():
    """An elastic node that shuts down is not expected back: it leaves swarm and Consul, so that the controller forgets it at once and
    its address is free. If it does come back, it enrols again."""
    if is_stopping() and node().get("elastic"):
        try:
            Docker(timeout=3).post("/swarm/leave", force=True)
        finally:
            leave_consul(timeout=3)  # also of an engine that answers too late: by this the controller knows


if __name__ == "__main__":
    if sys.argv[1:] == ["stop"]:
        for last in (stop, farewell):
            try:
                last()
            except OSError as error:
                log(f"{last.__name__}: {error}")
    else:
        threading.Thread(target=forever, args=(Images().step, 0, 10), daemon=True).start()
        forever(Joiner().step, 2, 1)
