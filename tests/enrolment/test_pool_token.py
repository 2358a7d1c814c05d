import json
import os
import unittest

from operations import answer, nothing_else
from server import OTHER, POOL, formed, machine

import storm_elastic

CERTIFICATE = "storm/acme/certificates/shop"


def forbidden_keys():
    """Keys: what enrolling does not need, or needs of the node's own pool alone."""
    reads = ("storm/swarm/join/manager", "storm/swarm/join/worker", "storm/swarm/id", "storm/status", "storm/images", "storm/removed",
             "storm/availability/m1", "storm/acme/account", CERTIFICATE, f"storm/enrol/{OTHER}/worker", f"storm/claims/{OTHER}/100.64.12.1",
             "stacks/shop")
    writes = (*reads, "storm/nodes", f"storm/enrol/{POOL}/worker", f"storm/claims/{POOL}", f"mesh/peers/{POOL}", "mesh/pools", "mesh/version",
              "mesh/peers/aws-eu-west-1/managers/m1", f"mesh/peers/{OTHER}/e1", f"mesh/peers/{POOL}2/e2")
    # A prefix of its own that ends before the slash is one of its neighbour's too.
    trees = ("", "storm/", "mesh/", "mesh/peers/", f"mesh/peers/{POOL}", f"storm/claims/{POOL}", f"storm/enrol/{POOL}/")
    change = [{"KV": {"Verb": "set", "Key": f"storm/claims/{POOL}/100.64.8.9", "Value": "eA=="}},
              {"KV": {"Verb": "delete-tree", "Key": "storm/"}}]
    return {
        **{f"read {key}": ("GET", f"kv/{key}") for key in reads},
        **{f"write {key}": ("PUT", f"kv/{key}", "x") for key in writes},
        **{f"delete {key}": ("DELETE", f"kv/{key}") for key in writes},
        **{f"delete all under '{tree}'": ("DELETE", f"kv/{tree}?recurse") for tree in trees},
        "a step aside from its own prefix": ("PUT", f"kv/mesh/peers/{POOL}/../web2/e1", "x", "^307 "),
        "another's key in a transaction with its own": ("PUT", "txn", change, "^409 .*Permission denied"),
    }


class PoolToken(unittest.TestCase):
    """What a token in a pool's user-data may do, and that this is all. By TLS, as elastic nodes come."""

    def setUp(self):
        self.management = formed()
        for key in ("storm/swarm/join/manager", "storm/swarm/join/worker", "storm/swarm/id", "storm/status", "storm/images", "storm/removed",
                    "storm/availability/m1", "storm/acme/account", CERTIFICATE, f"storm/claims/{OTHER}/100.64.12.1", "stacks/shop",
                    f"mesh/peers/{OTHER}/e1", f"mesh/peers/{POOL}/e1"):
            self.management.kv_put(key, "x")
        self.addCleanup(self.management._call, "DELETE", f"/v1/kv/mesh/peers/{POOL}", None, {"recurse": True})
        os.environ["STORM_ROOT"] = machine("i-5")
        storm_elastic.settings.cache_clear()
        self.consul = storm_elastic.Rendezvous()

    def test_reads_peers_the_list_and_its_own_enrolment(self):
        self.assertIn("mesh/peers/aws-eu-west-1/managers/m1", self.consul.kv_tree("mesh/")[0])
        self.assertTrue(self.consul.kv_get("storm/nodes"))
        self.assertTrue(self.consul.kv_get(f"storm/enrol/{POOL}/worker"))

    def test_claims_an_address_and_enters_its_peer(self):
        address = storm_elastic.claim(self.consul)
        self.assertEqual(self.management.kv_get(f"storm/claims/{POOL}/{address}"), storm_elastic.name())
        self.assertTrue(self.consul.kv_put(f"mesh/peers/{POOL}/{storm_elastic.name()}", "x"))

    def test_can_do_nothing_else(self):
        nothing_else(self, self.consul, self.management, forbidden_keys())

    def test_a_list_of_all_keys_shows_only_what_it_may_read(self):
        may = ("mesh/", f"storm/enrol/{POOL}/", f"storm/claims/{POOL}/")
        listed = json.loads(answer(self.consul, "GET", "kv/?keys")[4:])
        tree = json.loads(answer(self.consul, "PUT", "txn", [{"KV": {"Verb": "get-tree", "Key": "storm/"}}])[4:])["Results"]
        for keys in (listed, list(self.consul.kv_tree("")[0]), [entry["KV"]["Key"] for entry in tree]):
            self.assertIn("storm/nodes", keys)
            self.assertEqual([key for key in keys if not key.startswith(may)], ["storm/nodes"])

    def test_reaches_the_entries_of_its_own_pools_other_nodes(self):
        """No wish of ours: Consul's rules know keys and not who wrote them, and all nodes of a pool have one token (decision 25)."""
        for key in (f"mesh/peers/{POOL}/e1", f"storm/claims/{POOL}/100.64.8.14"):
            self.assertTrue(self.consul.kv_put(key, "another's"))
            self.consul.kv_delete(key)


if __name__ == "__main__":
    unittest.main()
