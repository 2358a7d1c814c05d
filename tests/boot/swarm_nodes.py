"""Nodes as Docker lists them, and members as Consul does."""


def swarm_node(number, name, manager=False, state="ready", leader=False, availability="active", **more):
    found = {"ID": number, "Version": {"Index": 1}, "Description": {"Hostname": name}, "Status": {"State": state},
             "Spec": {"Role": "manager" if manager else "worker", "Availability": availability,
                      "Labels": {"storm.node": name}, **more}}
    if manager:
        found["ManagerStatus"] = {"Leader": leader, "Reachability": "reachable" if state == "ready" else "unreachable"}
    return found


def member(name, status=1, server=False):
    return {"Name": name, "Status": status, "Tags": {"role": "consul"} if server else {}}
