"""What happens once for the cluster, on one manager, by remote command: JSON on standard input, JSON on standard output.

consul: {"management", "gossip", "acl": {"policies": [{"name", "rules"}],
         "tokens": [{"accessor", "secret", "description", "policies"}]}, "nodes": {...}, "peers": {"<pool>/<name>": {...}},
         "elastic": {pool: {"cidr": its block, "worker": what storm_apply.py enroll takes}}}
swarm:  {"nodes": [names], "overlay": {"cidr", "mtu"}, "edge": name of the ingress network}
Both may be cut off anywhere and run again.
"""
import contextlib
import hashlib
import json
import os
import sys
import time

from storm_acl import Waiting, WithToken, expect, put_acl, remove_old_policies, remove_old_tokens, until, use_gossip_key
from storm_forget import ALIVE
from storm_lib import Consul, Docker, lock, log, node, parsed


# Between a node's beats. One is down after three missed, after six when the leader is new (swarmkit's dispatcher), which comes on top of
# an election of 10 to 19 s: by Docker's own 5 s a leader's tasks could move only after a minute.
HEARTBEAT, DOCKERS_HEARTBEAT = 3_000_000_000, 5_000_000_000  # nanoseconds
# How long a deployment waits for what runs on every node: an image that is not there yet takes its time.
GLOBAL_TASKS = 60  # seconds


def put_changed(consul, key, value):
    text = json.dumps(value, sort_keys=True)
    if consul.kv_get(key) != text:
        consul.kv_put(key, text)
        return True
    return False


def consul_up(document):
    consul = WithToken(document["management"])

    def leader():
        if not expect(consul.get("status/leader"), "Consul's leader"):
            raise Waiting("Consul has no leader yet")
        expect(consul.get("acl/token/self"), "management token")

    until(120, leader)

    elastic = {pool: json.dumps(entry["worker"], sort_keys=True) for pool, entry in document.get("elastic", {}).items()}

    def write():
        put_acl(consul, document["acl"])
        # Before the peers: who follows those looks up here whose they may be.
        put_changed(consul, "storm/nodes", document["nodes"])
        put_changed(consul, "mesh/pools", {pool: entry["cidr"] for pool, entry in document.get("elastic", {}).items()})
        changed = [put_changed(consul, f"mesh/peers/{key}", peer) for key, peer in document["peers"].items()]
        if any(changed) or consul.kv_get("mesh/version") is None:
            consul.kv_put("mesh/version", str(time.time_ns()))
        put_enrolments(consul, elastic)

    def tidy():
        remove_old_tokens(consul, document["acl"])
        remove_old_policies(consul, document["acl"])
        use_gossip_key(consul, document["gossip"])

    until(60, write)
    until(120, lambda: elastic_enrolled(consul, elastic))
    until(60, tidy)
    return {"nodes": len(document["nodes"])}


def put_enrolments(consul, elastic):
    """What the elastic pools' nodes become workers by: they follow it."""
    wanted = {f"storm/enrol/{pool}/worker": text for pool, text in elastic.items()}
    there, _ = consul.kv_tree("storm/enrol/")
    for key, text in wanted.items():
        if there.get(key) != text:
            consul.kv_put(key, text)
    for key in set(there) - set(wanted):
        consul.kv_delete(key)


def elastic_enrolled(consul, elastic):
    """Before tokens of earlier rotations go, every elastic node that is alive must have today's."""
    if not elastic:
        return
    alive = {member["Name"] for member in expect(consul.get("agent/members"), "members") if member["Status"] == ALIVE}
    late = []
    for pool, text in elastic.items():
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        peers, _ = consul.kv_tree(f"mesh/peers/{pool}/")
        names = {key.rpartition("/")[2]: parsed(value).get("enrolled") for key, value in peers.items()}
        late += [name for name, enrolled in names.items() if name in alive and enrolled != digest]
    if late:
        raise Waiting(f"elastic nodes have not taken today's secrets and scripts: {', '.join(sorted(late))}. "
                      "End those machines if this does not pass by itself, and run this again")


def init(docker, overlay):
    me = node()
    address = me["mesh"]["address"]
    expect(docker.post("/swarm/init", {
        "ListenAddr": f"{address}:2377", "AdvertiseAddr": address, "DataPathAddr": address,
        "DefaultAddrPool": [overlay["cidr"]], "SubnetSize": 24,
        "Spec": {"Raft": {"ElectionTick": 10, "HeartbeatTick": 1}, "Orchestration": {"TaskHistoryRetentionLimit": 3},
                 "Dispatcher": {"HeartbeatPeriod": HEARTBEAT}},
    }), "swarm init")


def quicken(docker, swarm):
    """A swarm of an earlier version; what an operator has set stays."""
    spec = swarm["Spec"]
    if spec["Dispatcher"]["HeartbeatPeriod"] == DOCKERS_HEARTBEAT:
        changed = {**spec, "Dispatcher": {**spec["Dispatcher"], "HeartbeatPeriod": HEARTBEAT}}
        expect(docker.post("/swarm/update", changed, version=swarm["Version"]["Index"]), "swarm update")


def create_network(docker, name, overlay, **extra):
    options = {"com.docker.network.driver.mtu": str(overlay["mtu"])}
    expect(docker.post("/networks/create", {
        "Name": name, "Driver": "overlay", "CheckDuplicate": True, "Options": options, **extra,
    }), f"network {name}", (201, 409))


def networks(docker, overlay, edge):
    """The `ingress` network with the mesh's MTU, and the one that routed services share with Traefik."""
    status, found = docker.get("/networks/ingress")
    if status == 200 and found["Options"].get("com.docker.network.driver.mtu") != str(overlay["mtu"]):
        expect(docker.delete("/networks/ingress"), "network ingress", (204, 404))
        status = 404
    if status == 404:
        until(30, lambda: create_network(docker, "ingress", overlay, Ingress=True))
    if docker.get(f"/networks/{edge}")[0] == 404:
        create_network(docker, edge, overlay, Attachable=True)


def swarm_up(document):
    docker, consul = Docker(), Consul("controller")
    state = until(60, lambda: expect(docker.get("/info"), "Docker"))["Swarm"]
    known = until(60, lambda: consul.kv_get("storm/swarm/id") or "")
    if state["LocalNodeState"] != "active" and not known:
        init(docker, document["overlay"])
    # With a known cluster the joiner of this node brings it back; joining is never done here.
    swarm = until(120, lambda: expect(docker.get("/swarm"), "this manager is not in the swarm yet"))
    quicken(docker, swarm)
    networks(docker, document["overlay"], document["edge"])
    for role, key in (("Worker", "worker"), ("Manager", "manager")):
        if consul.kv_get(f"storm/swarm/join/{key}") != swarm["JoinTokens"][role]:
            consul.kv_put(f"storm/swarm/join/{key}", swarm["JoinTokens"][role])
    if consul.kv_get("storm/swarm/id") != swarm["ID"]:
        consul.kv_put("storm/swarm/id", swarm["ID"])
    seen = []

    def ready():
        pending = waiting_for(consul)
        if pending and pending != seen:
            seen[:] = pending
            log_error("; ".join(pending))
        if pending:
            raise Waiting("; ".join(pending))

    until(document.get("seconds", 240), ready)
    await_global_tasks(docker, GLOBAL_TASKS)
    return {"id": swarm["ID"], "nodes": len(document["nodes"])}


def await_global_tasks(docker, seconds):
    """A node is whole with its share of every global service, the ingress above all. One that does not start is its stack's matter: said here,
    no failure of the swarm."""
    deadline, said, quiet = time.monotonic() + seconds, "", 0
    # Twice: Swarm gives a node that came this moment its tasks a moment later.
    while quiet < 2:
        try:
            late = tasks_to_come(expect(docker.get("/services", status=True), "services"))
        except OSError as error:
            late = [str(error)]
        quiet = 0 if late else quiet + 1
        text = "still starting: " + ", ".join(late)
        if late and text != said:
            log_error(text)
        said = text
        if time.monotonic() > deadline:
            return
        time.sleep(0.25)


def tasks_to_come(services):
    """["<global service> <running>/<wanted>"]"""
    counts = [(service["Spec"]["Name"], service.get("ServiceStatus") or {}) for service in services if "Global" in service["Spec"]["Mode"]]
    return [f"{name} {status.get('RunningTasks', 0)}/{status['DesiredTasks']}" for name, status in counts
            if status.get("RunningTasks", 0) < status.get("DesiredTasks", 0)]


def waiting_for(consul):
    """What the controller still has to do until swarm and Consul are exactly storm/nodes."""
    nodes, status = consul.kv_get("storm/nodes"), json.loads(consul.kv_get("storm/status") or "{}")
    if status.get("nodes") != hashlib.sha256(nodes.encode()).hexdigest()[:16]:
        return ["the controller has not seen the new list of nodes yet"]
    return status["pending"]


def log_error(text):
    # progress goes to standard error: standard output is the answer
    with contextlib.redirect_stdout(sys.stderr):
        log(text)


if __name__ == "__main__":
    os.environ.setdefault("HOME", "/root")
    with lock("cluster"):
        print(json.dumps({"consul": consul_up, "swarm": swarm_up}[sys.argv[1]](json.load(sys.stdin))))
