"""What happens once for the cluster, on one manager, by remote command: JSON on standard input, JSON on standard output.

consul: {"management", "policies": [{"name", "rules"}], "tokens": [{"accessor", "secret", "description", "policies"}],
         "nodes": {...}, "peers": {"<pool>/<name>": {...}}}
swarm:  {"nodes": [names], "overlay": {"cidr", "mtu"}, "edge": "edge"}
Both may be cut off anywhere and run again.
"""
import contextlib
import json
import os
import sys
import time

from storm_lib import ApiError, Consul, Docker, lock, log, node


class Waiting(OSError):
    """Not there yet; the text says what was seen last."""


def until(seconds, step):
    """Polls `step` until it returns without an OSError; says on failure what it saw last."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return step()
        except OSError as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"gave up after {seconds} s: {error}") from error
        time.sleep(0.25)


def expect(answer, what, good=(200,)):
    if answer[0] not in good:
        raise ApiError(f"{what}: {answer[0]} {str(answer[1])[:300]}")
    return answer[1]


class Management(Consul):
    """Consul with the management token, which is in no file but Consul's own configuration."""

    def __init__(self, token):
        super().__init__()
        self.token = token

    def _headers(self):
        return {"X-Consul-Token": self.token}


def put_policy(consul, policy):
    status, found, _ = consul.get(f"acl/policy/name/{policy['name']}")
    body = {"Name": policy["name"], "Rules": policy["rules"], "Description": "storm"}
    if status == 200 and found:
        if found["Rules"] != policy["rules"]:
            expect(consul.put(f"acl/policy/{found['ID']}", {**body, "ID": found["ID"]}), f"policy {policy['name']}")
        return
    expect(consul.put("acl/policy", body), f"policy {policy['name']}")


def put_token(consul, token):
    body = {"AccessorID": token["accessor"], "SecretID": token["secret"], "Description": token["description"],
            "Policies": [{"Name": name} for name in token["policies"]]}
    status, found, _ = consul.get(f"acl/token/{token['accessor']}")
    if status != 200 or not found:
        # read first: creating a token that is there already answers 500
        expect(consul.put("acl/token", body), f"token {token['description']}")
    elif sorted(policy["Name"] for policy in found.get("Policies") or []) != sorted(token["policies"]):
        expect(consul.put(f"acl/token/{token['accessor']}", body), f"token {token['description']}")


def remove_old_tokens(consul, tokens):
    """Tokens of earlier rotations; they go last, when every node has the new ones."""
    keep = {token["accessor"] for token in tokens}
    for found in expect(consul.get("acl/tokens"), "tokens"):
        if found["Description"].startswith("storm:") and found["AccessorID"] not in keep:
            consul.delete(f"acl/token/{found['AccessorID']}")


def put_changed(consul, key, value):
    text = json.dumps(value, sort_keys=True)
    if consul.kv_get(key) != text:
        consul.kv_put(key, text)
        return True
    return False


def consul_up(document):
    consul = Management(document["management"])

    def leader():
        if not expect(consul.get("status/leader"), "Consul's leader"):
            raise Waiting("Consul has no leader yet")
        expect(consul.get("acl/token/self"), "management token")

    until(120, leader)

    def write():
        for policy in document["policies"]:
            put_policy(consul, policy)
        for token in document["tokens"]:
            put_token(consul, token)
        changed = [put_changed(consul, f"mesh/peers/{key}", peer) for key, peer in document["peers"].items()]
        if any(changed) or consul.kv_get("mesh/version") is None:
            consul.kv_put("mesh/version", str(time.time_ns()))
        put_changed(consul, "storm/nodes", document["nodes"])
        remove_old_tokens(consul, document["tokens"])

    until(60, write)
    return {"nodes": len(document["nodes"])}


def init(docker, overlay):
    me = node()
    address = me["mesh"]["address"]
    expect(docker.post("/swarm/init", {
        "ListenAddr": f"{address}:2377", "AdvertiseAddr": address, "DataPathAddr": address,
        "DefaultAddrPool": [overlay["cidr"]], "SubnetSize": 24,
        "Spec": {"Raft": {"ElectionTick": 10, "HeartbeatTick": 1}, "Orchestration": {"TaskHistoryRetentionLimit": 3}},
    }), "swarm init")


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
    networks(docker, document["overlay"], document["edge"])
    for role, key in (("Worker", "worker"), ("Manager", "manager")):
        if consul.kv_get(f"storm/swarm/join/{key}") != swarm["JoinTokens"][role]:
            consul.kv_put(f"storm/swarm/join/{key}", swarm["JoinTokens"][role])
    if consul.kv_get("storm/swarm/id") != swarm["ID"]:
        consul.kv_put("storm/swarm/id", swarm["ID"])
    seen = []

    def ready():
        nodes = expect(docker.get("/nodes"), "nodes")
        missing = problems(nodes, document["nodes"])
        if missing:
            if missing != seen:
                seen[:] = missing
                log_error("; ".join(missing))
            raise Waiting("; ".join(missing))

    until(document.get("seconds", 240), ready)
    return {"id": swarm["ID"], "nodes": len(document["nodes"])}


def problems(nodes, wanted):
    """What keeps the swarm from being exactly the wanted nodes, all Ready and labelled."""
    by_name, out = {}, []
    for found in nodes:
        by_name.setdefault(found["Description"].get("Hostname", found["ID"]), []).append(found)
    for name in wanted:
        alive = [found for found in by_name.get(name, []) if found["Status"]["State"] == "ready"]
        if not alive:
            out.append(f"{name} is not in the swarm yet")
        elif alive[0]["Spec"]["Labels"].get("storm.node") != name:
            out.append(f"{name} has no labels yet")
        elif alive[0]["Spec"]["Availability"] != "active":
            out.append(f"{name} is {alive[0]['Spec']['Availability']}")
    return out + [f"{name} has not left the swarm yet" for name in by_name if name not in wanted]


def log_error(text):
    # progress goes to standard error: standard output is the answer
    with contextlib.redirect_stdout(sys.stderr):
        log(text)


if __name__ == "__main__":
    os.environ.setdefault("HOME", "/root")
    with lock("cluster"):
        print(json.dumps({"consul": consul_up, "swarm": swarm_up}[sys.argv[1]](json.load(sys.stdin))))
