"""On managers: people's WireGuard peers, for as long as the credential that each came with is good.

`storm credentials issue --vpn` enters one under storm/credentials/vpn/<address>: {"serial", "person", "publicKey", "expires"}. Its address is
one that no node has (plan/mesh.ts). This daemon says under storm/credentials/managers/<name> how this manager is reached, keeps WireGuard's
peers as the entries say, and a firewall of its own in front of them: a person reaches a few ports of this manager, and nothing behind it.

WireGuard takes from a peer no packet with another source address than the peer's own, so the address says who it is.
"""
import calendar
import ipaddress
import os
import re
import subprocess
import time

import storm_credentials
import storm_peers
from storm_lib import ApiError, Consul, atomic_write, forever, log, node, parsed, path

PREFIX = "storm/credentials/"
# What storm-mesh puts beside the nodes' peers. A boot takes it away.
FILE = "/run/storm/vpn.conf"
LOOK_SECONDS = 2
# Of the mesh's blocks, see plan/mesh.ts.
BLOCK = 1024
MASK = ipaddress.ip_address(BLOCK - 1)
TIME = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?Z")

# On the way in before Docker's own rules send a packet elsewhere, so ports are those that were asked for. What the cluster answers gets out;
# nothing of it, and no container, begins a connection to a person.
RULES = """table inet storm_vpn
delete table inet storm_vpn
table inet storm_vpn {{
  chain prerouting {{
    type filter hook prerouting priority -310; policy accept;
    ip saddr {range} ip saddr & {mask} == {mask} jump person
  }}
  chain person {{
    iifname != "{interface}" drop
    ip daddr != {own} drop
    tcp dport {{ 53, 443, 2376, 8501 }} accept
    udp dport 53 accept
    icmp type echo-request accept
    drop
  }}
  chain postrouting {{
    type filter hook postrouting priority 0; policy accept;
    ip daddr {range} ip daddr & {mask} == {mask} ct state != {{ established, related }} drop
  }}
}}
"""


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ApiError(f"{' '.join(command[:4])}: {done.stderr.strip()[:300]}")
    return done.stdout


def bounds():
    """First and last address of the mesh's part with blocks: the last quarter is hosts'."""
    network = ipaddress.ip_network(node()["mesh"]["cidr"])
    return network[0], network[network.num_addresses // 4 * 3 - 1]


def is_persons(address):
    first, last = bounds()
    return first <= address <= last and int(address) % BLOCK == BLOCK - 1


def rules():
    first, last = bounds()
    mesh = node()["mesh"]
    return RULES.format(range=f"{first}-{last}", mask=MASK, interface=mesh["interface"], own=mesh["address"])


def ended(expires):
    """RFC 3339 as JavaScript writes it. What is no time has ended."""
    try:
        return calendar.timegm(time.strptime(expires[:19], "%Y-%m-%dT%H:%M:%S")) <= time.time()
    except ValueError:
        return True


def good(address, claim):
    """Whether an entry is a peer's now. It is written as `wg` and this daemon would write it, or it is none."""
    serial, expires = claim.get("serial"), claim.get("expires")
    return (storm_peers.valid({"publicKey": claim.get("publicKey"), "address": address}) and is_persons(ipaddress.ip_address(address))
            and isinstance(serial, str) and bool(storm_credentials.SERIAL.fullmatch(serial))
            and isinstance(expires, str) and bool(TIME.fullmatch(expires)) and not ended(expires))


def wanted(tree):
    """Mesh key -> address of the people who are in, each once. A node's key is the node's."""
    claims = {key[len(PREFIX):]: parsed(value) for key, value in tree.items() if key.startswith(PREFIX)}
    known = storm_credentials.known()  # what is known there already holds without Consul, too
    if storm_credentials.READ not in known:
        return {}  # as at the proxy: a new manager knows who was revoked before it takes people in
    revoked = known | {name[len("revoked/"):] for name in claims if name.startswith("revoked/")}
    nodes = {peer.get("publicKey") for peer in storm_peers.load()["peers"].values()}
    found = {}
    for name, claim in sorted(claims.items()):
        kind, _, address = name.partition("/")
        if kind == "vpn" and good(address, claim) and claim["serial"] not in revoked and claim["publicKey"] not in nodes:
            found.setdefault(claim["publicKey"], address)
    return found


def there():
    """The people whom WireGuard knows: mesh key -> address."""
    lines = (line.split() for line in run("wg", "show", node()["mesh"]["interface"], "allowed-ips").splitlines())
    peers = {line[0]: line[1].removesuffix("/32") for line in lines if len(line) == 2 and line[1].endswith("/32")}
    return {key: address for key, address in peers.items() if is_persons(ipaddress.ip_address(address))}


def guard():
    """The firewall is there before anybody is. Docker, or somebody by hand, may have emptied all tables."""
    try:
        run("nft", "list", "table", "inet", "storm_vpn")
    except ApiError:
        run("nft", "-f", "-", text=rules())


def remember(peers):
    """For storm-mesh, which makes all other peers go whenever a node's changes."""
    text = "".join(f"[Peer]\nPublicKey = {key}\nAllowedIPs = {address}/32\n" for key, address in sorted(peers.items()))
    before = ""
    if os.path.exists(path(FILE)):
        with open(path(FILE), encoding="utf-8") as file:
            before = file.read()
    if text != before:
        atomic_write(path(FILE), text)


def apply(peers):
    """What others do to WireGuard meanwhile, with the file as it was, is put right at the next look."""
    if peers:
        guard()
    remember(peers)
    interface, present = node()["mesh"]["interface"], there()
    for key, address in present.items():
        if peers.get(key) != address:
            run("wg", "set", interface, "peer", key, "remove")
            log(f"{address}: out")
    for key, address in peers.items():
        if present.get(key) != address:
            run("wg", "set", interface, "peer", key, "allowed-ips", f"{address}/32")
            log(f"{address}: in")


class Vpn:
    def __init__(self):
        self.consul, self.index, self.tree = Consul("controller", timeout=5), 0, {}
        run("nft", "-f", "-", text=rules())

    def step(self):
        error = None
        try:
            # Any server's answer will do: one that is cut off still says what it knows.
            self.tree, self.index = self.consul.kv_tree(PREFIX, self.index, wait=f"{LOOK_SECONDS}s", stale=True)
            self.publish()
        except OSError as problem:  # ends are kept without Consul, too
            error = problem
        apply(wanted(self.tree))
        if error:
            raise error

    def publish(self):
        """How this manager is reached, where those who issue credentials may read it."""
        me, mesh = node(), node()["mesh"]
        own = parsed(self.consul.kv_get(f"mesh/peers/{me['pool']}/{me['name']}", stale=True) or "")
        if not own.get("publicKey") or not own.get("endpoint"):
            return  # not there yet
        key, value = f"{PREFIX}managers/{me['name']}", {**{name: own[name] for name in ("publicKey", "endpoint")},
                                                        "address": mesh["address"], "meshCidr": mesh["cidr"]}
        if parsed(self.tree.get(key, "")) != value:
            self.consul.kv_put(key, value)


if __name__ == "__main__":
    forever(Vpn().step, pause=0)
