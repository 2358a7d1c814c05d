"""Follows the mesh's peers in Consul KV (mesh/peers/<pool>/<name>) and applies them to this node's WireGuard."""
import base64
import ipaddress
import json
import re
import subprocess
import time

import storm_lib
from storm_lib import Consul, atomic_write, lock, log, node, parsed

FILE = storm_lib.path("/var/lib/storm/peers.json")
SYNC = storm_lib.path("/usr/local/lib/storm/storm-mesh")
# Peers arrive in bursts when a pool grows: one sync for all.
DEBOUNCE = 0.3
ENDPOINT = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}")


def load():
    try:
        with open(FILE, encoding="utf-8") as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return {"peers": {}}


def valid(peer):
    """An elastic pool writes its own entries: they must bend no configuration, reach nothing outside the mesh. One that `wg` does not
    take would keep it from all the others too, so each value is as it would be written here."""
    try:
        key, address = base64.b64decode(peer["publicKey"], validate=True), ipaddress.IPv4Address(peer["address"])
        return (len(key) == 32 and base64.b64encode(key).decode() == peer["publicKey"]
                and str(address) == peer["address"] and address in ipaddress.ip_network(node()["mesh"]["cidr"])
                and bool(ENDPOINT.fullmatch(peer.get("endpoint") or "none:0")))
    except (KeyError, TypeError, ValueError):
        return False


def direct(peer, before):
    """Reached by an address: `wg` would wait for a name that nobody knows, and then take nothing. The program itself may write names, and
    its nodes keep them while they leave."""
    endpoint = peer.get("endpoint")
    host, _, port = (endpoint or "0.0.0.0:1").rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return endpoint == before.get("endpoint")
    return 0 < int(port) < 65536


def inside(pools, pool, peer):
    """An elastic pool's nodes have addresses of their pool's block, but for the first and the last: that is a VPN peer's (storm_vpn.py)."""
    if pool not in pools:
        return False
    block, address = ipaddress.ip_network(pools[pool]), ipaddress.ip_address(peer["address"])
    return address in block and address not in (block[0], block[-1])


def accepted(tree, fixed, old):
    """The peers of KV, each name, address and mesh key once: of two with one key WireGuard would know the last alone. Listed nodes' are
    theirs; of an elastic pool's, who came first keeps them."""
    peers, addresses = {}, {entry["address"] for entry in fixed.values()} | {node()["mesh"]["address"]}
    keys = {entry.get("key") for entry in fixed.values()}
    pools = parsed(tree.get("mesh/pools", ""))
    found = [(key[len("mesh/peers/"):].rpartition("/"), parsed(value))
             for key, value in sorted(tree.items()) if key.startswith("mesh/peers/")]
    found.sort(key=lambda entry: (old.get(entry[0][2]) or {}).get("publicKey") != entry[1].get("publicKey"))
    for (pool, _, name), peer in found:
        if name == node()["name"]:
            continue
        listed = fixed.get(name)
        own = listed and (listed["pool"], listed["address"]) == (pool, peer.get("address"))
        before = old.get(name) or {}  # a fixed node that leaves the plan is a peer until it is out of swarm and Consul
        stays = (before.get("publicKey"), before.get("address")) == (peer.get("publicKey"), peer.get("address"))
        if not valid(peer) or name in peers or not (
                own or not listed and direct(peer, before) and peer["address"] not in addresses and peer["publicKey"] not in keys
                and (stays or inside(pools, pool, peer))):
            log(f"mesh/peers/{pool}/{name}: not accepted")
            continue
        addresses.add(peer["address"])
        keys.add(peer["publicKey"])
        peers[name] = {field: peer.get(field) for field in ("publicKey", "endpoint", "address")}
    return peers


def merge(known, tree, fixed):
    """The peer file that follows from the last one and KV. Only a change of mesh/version takes a peer away: a KV
    that is not seeded yet, or has lost its data, must not cut the mesh by which it is reached."""
    version, last, old = tree.get("mesh/version"), known.get("version"), known["peers"]
    peers = accepted(tree, fixed, old)
    if version is None or last is None or version == last:
        addresses = {peer["address"] for peer in peers.values()}
        peers = {name: peer for name, peer in old.items() if peer["address"] not in addresses} | peers
    return {"peers": peers, "version": version or last}


class Peers:
    def __init__(self):
        self.consul, self.index, self.applied = Consul("node"), 0, False

    def step(self):
        tree, index = self.consul.kv_tree("mesh/", self.index)
        if self.index and index != self.index:
            time.sleep(DEBOUNCE)
            tree, index = self.consul.kv_tree("mesh/")
        fixed = json.loads(self.consul.kv_get("storm/nodes") or "{}")
        with lock("apply"):  # remote commands write the same file
            known = load()
            wanted = merge(known, tree, fixed)
            if wanted != known:
                atomic_write(FILE, json.dumps(wanted))
            if wanted["peers"] != known["peers"]:
                self.applied = False
                log(f"{len(wanted['peers'])} peers")
            if not self.applied:
                done = subprocess.run([SYNC, "sync"], capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    raise OSError(f"storm-mesh sync: {done.stderr.strip()}")
                self.applied = True
        self.index = index


if __name__ == "__main__":
    storm_lib.forever(Peers().step, 0)
