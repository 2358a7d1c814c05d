import base64
import json
import os
import threading
import unittest

import fakes
import storm_peers
from storm_peers import Peers, merge


def peer(number, seed="k", endpoint="192.0.2.1:51820"):
    return {"publicKey": base64.b64encode((seed * 32)[:32].encode()).decode(), "endpoint": endpoint,
            "address": f"100.64.12.{number}"}


def tree(version=None, **peers):
    found = {f"mesh/peers/{key.replace('__', '/')}": json.dumps(value) for key, value in peers.items()}
    return {**found, "mesh/pools": json.dumps(POOLS), **({"mesh/version": version} if version else {})}


FIXED = {"n2": {"pool": "local", "address": "100.64.12.2", "key": peer(2)["publicKey"]}}
POOLS = {"aws/web": "100.64.12.32/27", "aaa": "100.64.12.0/24"}


class Merging(unittest.TestCase):
    def test_adds_changes_and_skips_itself(self):
        known = {"peers": {"n2": peer(2, "a")}, "version": "1"}
        found = merge(known, tree("1", local__n1=peer(1), local__n2=peer(2, "b"), aaa__n3=peer(3, "c")), FIXED)
        self.assertEqual(found["peers"], {"n2": peer(2, "b"), "n3": peer(3, "c")})

    def test_only_a_new_version_takes_a_peer_away(self):
        known = {"peers": {"n2": peer(2), "n3": peer(3)}, "version": "1"}
        for version, left in ((None, {"n2", "n3"}), ("1", {"n2", "n3"}), ("2", {"n2"})):
            self.assertEqual(set(merge(known, tree(version, local__n2=peer(2)), FIXED)["peers"]), left)

    def test_the_first_version_seen_takes_nothing_away(self):
        found = merge({"peers": {"n3": peer(3)}}, tree("7", local__n2=peer(2)), FIXED)
        self.assertEqual((set(found["peers"]), found["version"]), ({"n2", "n3"}, "7"))

    def test_a_pool_cannot_take_a_listed_node_or_a_neighbour(self):
        honest = {"local__n2": peer(2), "aws__web__e1": peer(50, "e")}
        known = merge({"peers": {}, "version": "0"}, tree("1", **honest), FIXED)
        self.assertEqual(set(known["peers"]), {"n2", "e1"})
        for evil in ({"aaa__n2": peer(2, "x")}, {"aaa__e2": peer(2, "x")}, {"aaa__e1": peer(51, "x")},
                     {"aaa__e2": peer(50, "x")}, {"aaa__e2": peer(1, "x")}):
            self.assertEqual(merge(known, tree("2", **honest, **evil), FIXED)["peers"], known["peers"], evil)

    def test_a_pools_nodes_have_addresses_of_their_pools_block(self):
        for key in ("aws/web/e1", "other/e1"):
            found = merge({"peers": {}}, tree("1", **{key.replace("/", "__"): peer(200)}), FIXED)
            self.assertEqual(found["peers"], {}, key)

    def test_the_last_address_of_a_block_is_a_vpn_peers(self):
        last = {**peer(0, "e"), "address": "100.64.12.63"}
        for address in (last["address"], "100.64.12.32"):
            self.assertEqual(merge({"peers": {}}, tree("1", aws__web__e1={**last, "address": address}), FIXED)["peers"], {}, address)
        self.assertEqual(set(merge({"peers": {}}, tree("1", aws__web__e1={**last, "address": "100.64.12.62"}), FIXED)["peers"]), {"e1"})

    def test_a_node_that_leaves_the_plan_is_a_peer_until_its_entry_goes(self):
        known = merge({"peers": {}, "version": "0"}, tree("1", local__n2=peer(2)), FIXED)
        self.assertEqual(merge(known, tree("2", local__n2=peer(2)), {})["peers"], known["peers"])
        self.assertEqual(merge(known, tree("2", local__n2=peer(2, "x")), {})["peers"], {})

    def test_a_pool_cannot_take_anothers_mesh_key(self):
        """WireGuard would know one peer for both entries, with the last one's address."""
        honest = {"local__n2": peer(2), "aws__web__e1": peer(50, "e")}
        known = merge({"peers": {}, "version": "0"}, tree("1", **honest), FIXED)
        for evil in ({"aaa__a0": peer(60)}, {"aaa__a0": peer(60, "e")}):
            for before in (known, {"peers": {}}) if evil["aaa__a0"] == peer(60) else (known,):
                self.assertEqual(merge(before, tree("2", **honest, **evil), FIXED)["peers"], known["peers"], evil)

    def test_a_pools_node_is_reached_by_address_only(self):
        """`wg` waits minutes for a name that nobody knows, and then takes none of the peers."""
        known = merge({"peers": {}, "version": "0"}, tree("1", aws__web__e1=peer(50, "e")), FIXED)
        for endpoint in ("nowhere.invalid:51820", "[::::]:1", "192.0.2.1:0", "192.0.2.1:99999", "192.0.2.1:\u0661"):
            for peers in (known, {"peers": {}}):
                found = merge(peers, tree("2", aws__web__e1=peer(50, "e", endpoint)), FIXED)
                self.assertEqual(found["peers"], {}, endpoint)
        for endpoint in ("[2001:db8::1]:51820", None):
            wanted = peer(50, "e", endpoint)
            self.assertEqual(merge(known, tree("2", aws__web__e1=wanted), FIXED)["peers"], {"e1": wanted})
        named = peer(2, endpoint="host.example.com:51820")
        self.assertEqual(merge({"peers": {}}, tree("1", local__n2=named), FIXED)["peers"], {"n2": named})

    def test_refuses_what_would_bend_the_configuration(self):
        for bad in (peer(9, endpoint=["x"]), peer(9, endpoint="192.0.2.1:x"), peer(9, endpoint="x:1\nAllowedIPs = 0.0.0.0/0"), {**peer(9), "address": "10.0.0.1"},
                    {**peer(9), "address": "0.0.0.0/0"}, {**peer(9), "publicKey": "short"}, {}, [], "text",
                    # As a number it is inside the block too; the bits after the key's last are none to Python, and too many for `wg`.
                    {**peer(9), "address": 1681918985}, {**peer(9), "publicKey": peer(9)["publicKey"][:-2] + "t="}):
            self.assertEqual(merge({"peers": {}}, tree("1", aaa__n9=bad), {})["peers"], {}, bad)
        self.assertEqual(set(merge({"peers": {}}, tree("1", aaa__n9=peer(9)), {})["peers"]), {"n9"})
        broken = {"mesh/peers/aaa/n9": "{", "mesh/peers/aaa/n8": "[" * 100_000, **tree("1", local__n2=peer(2))}
        self.assertEqual(set(merge({"peers": {}}, broken, FIXED)["peers"]), {"n2"})


class Following(unittest.TestCase):
    def test_writes_the_file_and_syncs_once_a_change(self):
        consul = fakes.FakeConsul()
        self.addCleanup(consul.close)
        marks = fakes.ROOT + "/syncs"
        fakes.write("/usr/local/lib/storm/storm-mesh", f'#!/bin/sh\necho "$1" >>{marks}\n')
        os.chmod(storm_peers.SYNC, 0o755)
        fakes.write("/var/lib/storm/peers.json", json.dumps({"peers": {"n2": peer(2)}}))
        consul.put("mesh/version", "1")
        consul.put("mesh/pools", json.dumps({"local": "100.64.12.0/24"}))
        follower = Peers()
        follower.step()
        threading.Timer(0.1, consul.put, ("mesh/peers/local/n3", json.dumps(peer(3)))).start()
        follower.step()
        with open(storm_peers.FILE, encoding="utf-8") as file:
            self.assertEqual(set(json.load(file)["peers"]), {"n2", "n3"})
        with open(marks, encoding="utf-8") as file:
            self.assertEqual(file.read(), "sync\nsync\n")
