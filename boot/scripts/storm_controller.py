"""On the swarm's leader: labels, availability and roles follow Consul; nodes that are gone for good are removed.

Every round looks at everything anew and takes only steps that are safe then, so the leader may change at any time.
What it works on is in KV storm/status: {"nodes": digest of storm/nodes, "swarm": {...}, "pending": ["<node>: <what>"]}.
"""
import hashlib
import json
import time

from storm_forget import ALIVE, clean_consul, prune_left
from storm_lib import ApiError, Consul, Docker, forever, log, node

DOWN_WORKER = 90  # seconds that a worker may be away
JOINING = 90  # seconds that a node may take to say who it is
IDLE = 30  # seconds that a drained node has to leave by itself
ASKED = "storm.availability"  # label: the availability that the node asked for last
FINISHED = ("complete", "shutdown", "failed", "rejected", "remove", "orphaned")


def expect(answer, what):
    if answer[0] != 200:
        raise ApiError(f"{what}: {answer[0]} {str(answer[1])[:300]}")
    return answer[1]


def name_of(found):
    return found["Description"].get("Hostname") or found["ID"]


def ready(found):
    return found["Status"]["State"] == "ready"


def is_manager(found):
    return bool(found.get("ManagerStatus")) or found["Spec"]["Role"] == "manager"


def labels(current, name, wanted):
    """The labels that a node shall have. storm.labels remembers which plain ones are ours, so that others' stay."""
    user = {key: str(value) for key, value in (wanted.get("labels") or {}).items()}
    ours = set(filter(None, current.get("storm.labels", "").split(",")))
    kept = {key: value for key, value in current.items() if not key.startswith("storm.") and key not in ours}
    facts = {f"storm.{key}": wanted[key] for key in ("pool", "role", "site", "size") if wanted.get(key)}
    known = {"storm.labels": ",".join(sorted(user))} if user else {}
    return {**kept, **user, **facts, **known, "storm.node": name}


def keeps_quorum(nodes, leaving):
    """Whether the other managers go on without this one. An unreachable one only lowers the number needed."""
    rest = [found for found in nodes if found.get("ManagerStatus") and found["ID"] != leaving["ID"]]
    reachable = [found for found in rest if found["ManagerStatus"].get("Reachability") == "reachable"]
    return len(reachable) > len(rest) // 2


class Timers:
    """How long something has been so, as seen by this leader; a new leader waits anew, which is the safe side."""

    def __init__(self):
        self.since, self.seen = {}, set()

    def seconds(self, *key):
        self.seen.add(key)
        return time.monotonic() - self.since.setdefault(key, time.monotonic())

    def end_round(self):
        self.since = {key: since for key, since in self.since.items() if key in self.seen}
        self.seen = set()


class Controller:
    def __init__(self):
        self.consul, self.docker = Consul("controller"), Docker()
        self.timers, self.said = Timers(), None

    def round(self):
        # Not /info: it may hang for seconds behind an image pull.
        status, self.nodes = self.docker.get("/nodes")
        if status == 503:
            return  # no manager (yet), or one of a swarm without a leader
        expect((status, self.nodes), "nodes")
        leader = next((found for found in self.nodes if (found.get("ManagerStatus") or {}).get("Leader")), None)
        if leader and name_of(leader) != node()["name"]:
            prune_left(self.consul, self.agents(), {name_of(found) for found in self.nodes})
        elif leader and self.look():
            self.act()
            self.timers.end_round()
            self.publish()

    def agents(self):
        return {member["Name"]: member for member in expect(self.consul.get("/v1/agent/members"), "members")}

    def look(self):
        """Reads what is wanted and who is there. An empty answer must not empty the cluster."""
        text = self.consul.kv_get("storm/nodes")
        self.wanted, self.digest = json.loads(text or "{}"), hashlib.sha256((text or "").encode()).hexdigest()[:16]
        self.members = self.agents()
        catalog = expect(self.consul.get("/v1/catalog/nodes"), "catalog")
        said = {entry["Node"] for entry in catalog if (entry.get("Meta") or {}).get("pool")}
        self.unsaid = {name for name, member in self.members.items() if member["Status"] == ALIVE and name not in said}
        self.elastic = self.elastic_nodes(catalog)
        self.wanted = {**self.elastic, **self.wanted}
        availability, _ = self.consul.kv_tree("storm/availability/")
        self.availability = {key.rpartition("/")[2]: value for key, value in availability.items()}
        self.pending, self.role_changed = [], False
        return bool(text) and self.wanted and any(entry["Node"] == node()["name"] for entry in catalog)

    def elastic_nodes(self, catalog):
        """A pool's nodes that no plan knows by name say themselves in Consul what they are. Its catalog keeps a machine that died for
        days: once it is out of the swarm it is gone."""
        in_swarm, found = {name_of(one) for one in self.nodes}, {}
        for entry in catalog:
            meta, name = entry.get("Meta") or {}, entry["Node"]
            if meta.get("elastic") == "true" and (name in in_swarm or self.members.get(name, {}).get("Status") == ALIVE):
                own = {key[6:]: value for key, value in meta.items() if key.startswith("label-")}
                found[name] = {**meta, "role": "worker", "labels": own}
        return found

    def act(self):
        names = {}
        for found in sorted(self.nodes, key=lambda found: not ready(found)):
            names.setdefault(name_of(found), []).append(found)
        for name, (first, *others) in sorted(names.items()):
            for old in others:
                if not ready(old):
                    self.remove(old, "a node of its name has joined")
            wanted = self.wanted.get(name)
            if not wanted:
                self.dismiss(name, first)
            elif ready(first):
                self.settle(name, first, wanted)
            else:
                self.miss(name, first)
        for name in sorted(set(self.wanted) - set(names)):
            self.pending.append(f"{name}: not joined")
        here = set(self.wanted) | set(names) | {node()["name"]}
        self.pending += clean_consul(self.consul, self.timers, here, self.members, self.availability)

    def settle(self, name, found, wanted):
        spec = found["Spec"]
        # Asked for once, by the node that goes or comes: what an operator sets afterwards stays.
        current = spec.get("Labels") or {}
        asked = self.availability.get(name)
        availability = spec["Availability"] if asked in (None, current.get(ASKED)) else asked
        role = "manager" if wanted.get("role") == "manager" else "worker"
        wanted_labels = labels(current, name, wanted) | ({ASKED: asked} if asked else {})
        if current != wanted_labels or spec["Availability"] != availability:
            self.update(found, "labels and availability", Labels=wanted_labels, Availability=availability)
        elif spec["Role"] != role:
            self.pending.append(f"{name}: becomes a {role}")
            if role == "manager" and not self.role_changed:
                self.role_changed = self.update(found, "promoted", Role=role)
            elif role == "worker":
                self.demote(found)
        elif role == "manager" and (found.get("ManagerStatus") or {}).get("Reachability") != "reachable":
            self.pending.append(f"{name}: not a reachable manager yet")
        if self.members.get(name, {}).get("Status") != ALIVE:
            self.pending.append(f"{name}: not alive in Consul")

    def miss(self, name, found):
        self.pending.append(f"{name}: down")
        # A manager that is away may come back with its vote; only its successor ends it.
        if not is_manager(found) and self.timers.seconds("down", found["ID"]) > DOWN_WORKER:
            self.remove(found, f"down for {DOWN_WORKER} s")

    def joins(self, name, found):
        """The swarm calls a node that it let in down until it says its name; what it is, Consul's catalog learns after that it lives."""
        new = name in self.unsaid if ready(found) else not found["Description"].get("Hostname")
        return new and self.timers.seconds("joining", found["ID"]) <= JOINING

    def dismiss(self, name, found):
        """Not in storm/nodes any more: drained, then demoted, then removed, each when the step before has worked."""
        if self.joins(name, found):
            self.pending.append(f"{name}: joins")
            return
        if not ready(found):
            self.remove(found, "down, and not in storm/nodes")
            return
        if found["Spec"]["Availability"] != "drain":
            self.update(found, "drains", Availability="drain")
        tasks = expect(self.docker.get("/tasks", filters={"node": [found["ID"]]}), "tasks")
        left = sum(task["Status"]["State"] not in FINISHED + ("new", "pending") for task in tasks)
        if left:
            self.pending.append(f"{name}: draining, {left} tasks")
        elif is_manager(found):
            self.pending.append(f"{name}: to be demoted")
            self.demote(found)
        else:
            self.pending.append(f"{name}: leaving the swarm")
            if self.members.get(name, {}).get("Status") != ALIVE:
                self.remove(found, "has left")  # the joiner leaves Consul last
            elif self.timers.seconds("idle", found["ID"]) > IDLE:
                self.remove(found, "drained, and did not leave by itself")

    def demote(self, found):
        """One manager at a time, and the next only when Consul has got over the last one's leaving too."""
        name = name_of(found)
        if found["Spec"]["Role"] == "worker" or self.role_changed:
            return
        if not keeps_quorum(self.nodes, found):
            self.pending.append(f"{name}: kept, the other managers would have no quorum")
            return
        if ready(found):
            leaving = [other for other, member in self.members.items() if member["Tags"].get("role") == "consul"
                       and member["Status"] == ALIVE and other not in self.wanted
                       and not any(is_manager(one) for one in self.nodes if name_of(one) == other)]
            if leaving or self.consul.get("/v1/operator/autopilot/health")[0] != 200:
                self.pending.append(f"{name}: waits for Consul's servers to be healthy")
                return
        self.role_changed = self.update(found, "demoted", Role="worker")

    def remove(self, found, why):
        name, number = name_of(found), found["ID"]
        self.pending.append(f"{name}: being removed ({why})")
        if is_manager(found):
            self.demote(found)
            if found["Spec"]["Role"] == "manager" or found.get("ManagerStatus"):
                return  # removed when it is no member of the managers' log any more
        # Noted first: a removed node cannot learn it from the swarm. The joiner reads it here.
        removed = json.loads(self.consul.kv_get("storm/removed") or "{}")
        if number not in removed:
            kept = dict(list(removed.items())[-99:])
            self.consul.kv_put("storm/removed", json.dumps({**kept, number: name}))
        status, answer = self.docker.delete(f"/nodes/{number}", force=True)
        log(f"{name} ({number}): {why}: " + ("removed" if status == 200 else f"{status} {answer}"))

    def update(self, found, what, **changes):
        """A conflict with another change is no failure: the next round sees the new version."""
        spec = {**found["Spec"], **changes}
        status, answer = self.docker.post(f"/nodes/{found['ID']}/update", spec, version=found["Version"]["Index"])
        log(f"{name_of(found)}: {what}" + ("" if status == 200 else f": {status} {answer}"))
        if status == 200:
            found["Spec"] = spec
        self.pending.append(f"{name_of(found)}: {what}")
        return True

    def publish(self):
        view = {name_of(found): {"state": found["Status"]["State"], "availability": found["Spec"]["Availability"],
                                 "role": found["Spec"]["Role"]} for found in self.nodes}
        # Elastic nodes come and go while a deploy waits: it waits for the plan's own.
        self.pending = [text for text in self.pending if text.partition(":")[0] not in self.elastic]
        status = json.dumps({"nodes": self.digest, "swarm": view, "pending": sorted(set(self.pending))}, sort_keys=True)
        if self.consul.kv_get("storm/status") != status:
            self.consul.kv_put("storm/status", status)
        if self.pending != self.said:
            self.said = self.pending
            log("; ".join(self.pending) or "as wanted")


if __name__ == "__main__":
    forever(Controller().round, limit=1)
