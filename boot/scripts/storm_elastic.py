"""An elastic node's way into the cluster, and what keeps it there. All nodes of its pool have the same user-data: each makes itself a
name, claims a mesh address of the pool's block, enters itself as a peer, and gets what a worker gets from Consul's KV.

By its site's private network: Consul HTTPS on the fixed nodes' addresses, with the pool's token. storm/claims/<pool>/<address> holds the
name of the node that has it, mesh/peers/<pool>/<name> the peer, storm/enrol/<pool>/worker what storm_apply.py enroll takes. That one is
watched: secrets that rotate and scripts that change get here as remote commands bring them to fixed nodes.
"""
import functools
import hashlib
import http.client
import ipaddress
import itertools
import json
import os
import socket
import ssl
import subprocess
import sys
import urllib.request

import storm_apply
from storm_apply import read, systemctl
from storm_lib import ApiError, Consul, Docker, atomic_write, forever, lock, log, path

SETTINGS, ENROLMENT = "/etc/storm/elastic.json", "/etc/storm/enrolment.json"
NODE, PEERS, ENROLLED = "/etc/storm/node.json", "/var/lib/storm/peers.json", "/var/lib/storm/enrolled"
CONSUL_CA = "/etc/consul.d/tls/ca.pem"
PORT = 8501
# Where clouds tell a machine its public address, in cloud-init's words: AWS, DigitalOcean, Azure.
PUBLIC = (("public-ipv4",), ("interfaces", "public", 0, "ipv4", "ip_address"),
          ("imds", "network", "interface", 0, "ipv4", "ipAddress", 0, "publicIpAddress"))
# Azure tells addresses of its Standard kind here only (learn.microsoft.com/azure/load-balancer/howto-load-balancer-imds).
AZURE = "http://169.254.169.254/metadata/loadbalancer?api-version=2020-10-01"


@functools.lru_cache(maxsize=None)
def settings():
    with open(path(SETTINGS), encoding="utf-8") as file:
        return json.load(file)


def name():
    """The same over reboots, another one for every machine."""
    for source in ("/var/lib/cloud/data/instance-id", "/etc/machine-id"):
        machine = (read(path(source)) or "").strip()
        if machine:
            digest = hashlib.sha256(f"{settings()['pool']} {machine}".encode()).hexdigest()
            return f"{settings()['name']}-{digest[:10]}"
    raise ApiError("this machine has no identity yet")


class Rendezvous(Consul):
    """Consul of the managers, by the site's fixed nodes. Believed only as a Consul server of this cluster."""

    def __init__(self):
        super().__init__("pool")
        self.enrolment = json.loads(read(path(ENROLMENT)))

    def secret(self):
        return super().secret() or self.enrolment["token"]  # today's, or the one of this node's birth

    def _connection(self, timeout):
        context = ssl.create_default_context(cadata=self.enrolment["consulCaPem"] + (read(path(CONSUL_CA)) or ""))
        addresses, failure = settings()["rendezvous"], OSError("no fixed node to enrol with")
        first = int(hashlib.sha256(name().encode()).hexdigest(), 16) % max(1, len(addresses))
        for address in addresses[first:] + addresses[:first]:  # a pool that grows does not all ask the same one
            host, _, port = address.partition(":")
            connection = http.client.HTTPSConnection(host, int(port or PORT), timeout=timeout)
            try:
                plain = socket.create_connection((host, int(port or PORT)), 3)
                self.source = plain.getsockname()[0]
                connection.sock = context.wrap_socket(plain, server_hostname=f"server.{settings()['datacenter']}.consul")
                connection.sock.settimeout(timeout)
                return connection
            except OSError as error:
                failure = error
        raise failure


def claim(consul):
    """An address of the pool's block that no other node has: by compare-and-set, so that of two only one gets it."""
    prefix, own = f"storm/claims/{settings()['pool']}/", name()
    taken = {key[len(prefix):]: holder for key, holder in consul.kv_tree(prefix)[0].items()}
    for address, holder in sorted(taken.items()):
        if holder == own:
            return address
    block = ipaddress.ip_network(settings()["block"])
    count = block.num_addresses - 2
    first = int(hashlib.sha256(own.encode()).hexdigest(), 16) % count
    free = (str(block[1 + (first + step) % count]) for step in range(count))
    # First the one that it had, if it was taken for dead and forgotten.
    for address in itertools.chain(filter(None, [found_at(json.loads(read(path(NODE)) or "{}"), ("mesh", "address"))]), free):
        if address not in taken and consul.kv_put(prefix + address, own, cas=0):
            return address
    raise ApiError(f"no mesh address is free in {settings()['block']}")


def found_at(tree, steps):
    for step in steps:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def public_address():
    text = read(path("/run/cloud-init/instance-data-sensitive.json")) or read(path("/run/cloud-init/instance-data.json"))
    metadata = found_at(json.loads(text or "{}"), ("ds", "meta_data"))
    address = next(filter(None, (found_at(metadata, steps) for steps in PUBLIC)), None)
    if not address and found_at(metadata, ("imds",)):
        with urllib.request.urlopen(urllib.request.Request(AZURE, headers={"Metadata": "true"}), timeout=5) as answer:
            address = found_at(json.load(answer), ("loadbalancer", "publicIpAddresses", 0, "frontendIpAddress"))
    if not address:
        raise ApiError("this machine has no public address: nodes of the other sites could not reach it")
    return str(ipaddress.ip_address(address))


def endpoint(consul):
    return f"{public_address() if settings()['publicEndpoint'] else consul.source}:{settings()['port']}"


def become(address):
    """The files that say who this node is; a node that ran under another address starts over."""
    known = json.loads(read(path(NODE)) or "{}")
    if known and known["mesh"]["address"] != address and read(path(ENROLLED)):
        start_over()
    for file, template in settings()["templates"].items():
        text = template.replace("@NAME@", name()).replace("@ADDRESS@", address)
        if read(path(file)) != text:
            atomic_write(path(file), text, 0o644)
    if socket.gethostname() != name():
        with open(path("/etc/hostname"), "w", encoding="utf-8") as file:
            file.write(f"{name()}\n")
        socket.sethostname(name())


def start_over():
    """Away for so long that its address was given to another. Neither the swarm nor Consul can change a member's."""
    log("the mesh address is another node's now: starting over")
    for file in (ENROLLED, NODE, PEERS):
        if read(path(file)) is not None:
            os.unlink(path(file))
    Docker().post("/swarm/leave", force=True)
    systemctl("reboot")
    sys.exit()


def first_peers(consul):
    """The fixed nodes, by which Consul is reached; storm_peers.py follows with the others."""
    nodes = json.loads(consul.kv_get("storm/nodes") or "{}")
    peers = {}
    tree, _ = consul.kv_tree("mesh/peers/")
    for fixed, listed in nodes.items():
        # What elastic nodes write is not looked at: it may be anything, under any name.
        peer = json.loads(tree.get(f"mesh/peers/{listed['pool']}/{fixed}", "{}"))
        if (listed["address"], listed["key"]) == (peer.get("address"), peer.get("publicKey")):
            peers[fixed] = peer
    if not peers:
        raise ApiError("the cluster has no peers yet")
    atomic_write(path(PEERS), json.dumps({"peers": peers}))


class Elastic:
    def __init__(self):
        self.consul, self.index, self.code = Rendezvous(), 0, self.scripts()

    @staticmethod
    def scripts():
        folder = os.path.dirname(os.path.abspath(__file__))
        return [read(os.path.join(folder, f"storm_{part}.py")) for part in ("acl", "apply", "elastic", "lib")]

    def step(self):
        pool, own = settings()["pool"], name()
        tree, index = self.consul.kv_tree(f"storm/enrol/{pool}/", self.index)
        text = tree.get(f"storm/enrol/{pool}/worker")
        if not text:
            raise ApiError("the cluster is not formed yet")
        document, digest = json.loads(text), hashlib.sha256(text.encode()).hexdigest()[:16]
        address = claim(self.consul)
        become(address)
        with lock("apply"):
            enrolled = read(path(ENROLLED))
            if not enrolled:
                storm_apply.write_files(storm_apply.unpacked(document))
                first_peers(self.consul)
            self.publish(address, enrolled)
            if enrolled != digest:
                storm_apply.enroll(document)
                systemctl("enable", *document["start"])
                atomic_write(path(ENROLLED), digest)
                log(f"{own} at {address}: enrolled")
                self.publish(address, digest)
        self.index = index
        if self.scripts() != self.code:
            log("there is a new version of this script")
            sys.exit()  # the unit starts it

    def publish(self, address, enrolled):
        """`enrolled` tells the deploying program that this node has today's secrets, so that yesterday's may go."""
        key = f"mesh/peers/{settings()['pool']}/{name()}"
        peer = {"publicKey": storm_apply.public_key(), "endpoint": endpoint(self.consul), "address": address,
                "enrolled": enrolled}
        text = json.dumps(peer, sort_keys=True)
        if self.consul.kv_get(key) != text:
            self.consul.kv_put(key, text)


if __name__ == "__main__":
    forever(Elastic().step, 0)
