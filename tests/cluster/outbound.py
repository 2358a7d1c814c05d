"""What leaves a node for somewhere outside of its cluster: outbound.py SECONDS. One line of JSON: addresses with ports, and names asked for.

Packets are read as they pass the node's outer interface; questions for names also on loopback, where Docker's own resolver answers.
"""
import ipaddress
import json
import socket
import struct
import subprocess
import sys
import time

OUTGOING = 4
ALL, IPV4 = 0x0003, 0x0800
RESOLVER = "127.0.0.11"


def outside(interface):
    """Networks that are the cluster's own: the interface's, and what is nobody's in particular."""
    rows = json.loads(subprocess.run(["ip", "-j", "-4", "address", "show", interface], capture_output=True, check=True).stdout)
    return [ipaddress.ip_network(f"{row['local']}/{row['prefixlen']}", strict=False) for row in rows[0]["addr_info"]]


def question(message):
    """The name that a DNS message asks for; none for an answer, or what is no DNS."""
    if len(message) < 17 or message[2] & 0x80 or struct.unpack("!H", message[4:6])[0] != 1:
        return None
    labels, at = [], 12
    while at < len(message) and message[at]:
        length = message[at]
        labels.append(message[at + 1:at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower()


def main(seconds):
    interface = json.loads(subprocess.run(["ip", "-j", "route", "show", "default"], capture_output=True, check=True).stdout)[0]["dev"]
    own = outside(interface)
    # Of all protocols: a socket of one alone is not given what goes out.
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(ALL))
    wire.settimeout(0.5)
    print("ready", flush=True)
    addresses, names, end = set(), set(), time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            packet, (dev, protocol, kind, _, _) = wire.recvfrom(65535)
        except socket.timeout:
            continue
        if protocol != IPV4 or kind != OUTGOING or dev not in (interface, "lo"):
            continue
        header = (packet[0] & 15) * 4
        transport, target = packet[9], ipaddress.ip_address(packet[16:20])
        port = struct.unpack("!H", packet[header + 2:header + 4])[0] if transport in (6, 17) else 0
        if transport == 17 and (port == 53 or str(target) == RESOLVER):
            name = question(packet[header + 8:])
            if name:
                # Where a question goes is the machine's own resolver; what is asked tells who wants to know.
                names.add(name)
                continue
        if dev == "lo" or target.is_multicast or target.is_loopback or any(target in network for network in own):
            continue
        addresses.add(f"{target}:{port}")
    print(json.dumps({"addresses": sorted(addresses), "names": sorted(names)}))


if __name__ == "__main__":
    main(float(sys.argv[1]))
