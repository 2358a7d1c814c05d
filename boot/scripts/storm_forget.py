"""The traces in Consul of nodes that are gone, removed by the controller."""
import json
import time

from storm_lib import ApiError, log

ALIVE, LEFT, FAILED = 1, 3, 4  # Serf's member status
FORGOTTEN = 600  # seconds after which the keys of a name that no part of the cluster knows are an abandoned enrolment's


def traces(consul):
    """The keys that are one node's: {key: its name}. A key that is no text cannot be asked for, so it cannot be deleted either."""
    peers, _ = consul.kv_tree("mesh/peers/")
    claims, _ = consul.kv_tree("storm/claims/")
    owners = {**{key: key.rpartition("/")[2] for key in peers}, **claims}
    return {key: owner for key, owner in owners.items() if "\N{REPLACEMENT CHARACTER}" not in key}


def clean_consul(consul, timers, here, members, availability):
    """Forgets who is not `here`, keys first, so that a crash before the last step only repeats it. Returns what is pending."""
    pending, owners = [], traces(consul)
    # Not who is leaving: Serf says so, too, of a node that has just come by the name of one that left minutes ago, and what was pruned
    # is a member no more, though it lives.
    gone = {name for name, member in members.items() if member["Status"] in (LEFT, FAILED)}
    for name in sorted((set(owners.values()) | set(availability) | set(members)) - here):
        if name not in gone:
            if name in members:
                pending.append(f"{name}: still in Consul")
                continue
            if timers.seconds("unknown", name) < FORGOTTEN:
                continue
        keys = [key for key, owner in owners.items() if owner == name]
        for key in keys:
            consul.kv_delete(key)
        if keys:
            consul.kv_put("mesh/version", str(time.time_ns()))
        if name in availability:
            consul.kv_delete(f"storm/availability/{name}")
        if name in gone:
            pending.append(f"{name}: leaving Consul")
            prune(consul, name)
        log(f"{name}: cleaned up")
    return pending


def prune(consul, name):
    status, answer = consul.put(f"/v1/agent/force-leave/{name}", prune=True)
    if status != 200:
        raise ApiError(f"force-leave {name}: {status} {answer}")


def prune_left(consul, members, in_swarm):
    """For the managers that do not lead: an agent may go on listing who has left after the leader's pruned it. Serf drops a prune whose
    time is not past the member's own, and each exchange of states in between counts that one up (MergeRemoteState in
    serf/delegate.go of v0.10.1). Only what the leader has cleaned up: without a key, in no list."""
    left = {name for name, member in members.items() if member["Status"] == LEFT} - in_swarm
    if not left:
        return
    availability, _ = consul.kv_tree("storm/availability/")
    known = set(json.loads(consul.kv_get("storm/nodes") or "{}")) | set(traces(consul).values())
    for name in sorted(left - known - {key.rpartition("/")[2] for key in availability}):
        prune(consul, name)
        log(f"{name}: pruned here too")
