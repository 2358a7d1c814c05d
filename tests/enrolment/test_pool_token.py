import unittest

from server import OTHER, POOL, SECRETS, formed

import storm_acl


class PoolToken(unittest.TestCase):
    """What boot/consul.ts allows it, and that this is all."""

    def setUp(self):
        self.management = formed()
        for key in ("storm/swarm/join/manager", "storm/swarm/join/worker", "storm/status"):
            self.management.kv_put(key, "x")
        self.consul = storm_acl.WithToken(SECRETS[f"storm:pool {POOL}"])

    def test_reads_peers_the_list_and_its_own_enrolment(self):
        self.assertIn("mesh/peers/aws-eu-west-1/managers/m1", self.consul.kv_tree("mesh/")[0])
        self.assertTrue(self.consul.kv_get("storm/nodes"))
        self.assertTrue(self.consul.kv_get(f"storm/enrol/{POOL}/worker"))

    def test_writes_its_own_pools_peers_and_claims(self):
        for key in (f"mesh/peers/{POOL}/e1", f"storm/claims/{POOL}/100.64.8.14"):
            self.assertTrue(self.consul.kv_put(key, "x"))
            self.management.kv_delete(key)

    def test_reads_no_other_secret(self):
        for key in (f"storm/enrol/{OTHER}/worker", "storm/swarm/join/manager", "storm/swarm/join/worker", "storm/status"):
            with self.assertRaisesRegex(OSError, "403", msg=key):
                self.consul.kv_get(key)
        self.assertEqual(list(self.consul.kv_tree("storm/enrol/")[0]), [f"storm/enrol/{POOL}/worker"])

    def test_writes_nothing_else(self):
        for key in (f"mesh/peers/{OTHER}/e1", "mesh/peers/aws-eu-west-1/managers/m1", "mesh/pools", "mesh/version", "storm/nodes",
                    f"storm/enrol/{POOL}/worker", f"storm/claims/{OTHER}/100.64.8.1", "storm/removed", "other"):
            with self.assertRaisesRegex(OSError, "403", msg=key):
                self.consul.kv_put(key, "x")

    def test_asks_for_nothing_but_keys(self):
        for url in ("acl/tokens", "acl/policies", "operator/keyring", "agent/self", "operator/raft/configuration"):
            self.assertEqual(self.consul.get(url)[0], 403, url)
        self.assertEqual(self.consul.put("session/create", {})[0], 403)
        self.assertEqual(self.consul.put("agent/service/register", {"Name": "x"})[0], 403)
        self.assertEqual(self.consul.get("catalog/services")[1], {})
