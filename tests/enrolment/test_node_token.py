import unittest

from operations import answer, nothing_else
from server import OTHER, POOL, SECRETS, formed, worker

import storm_acl

SHARED = ("storm/images", "storm/removed", "storm/swarm/id", "storm/swarm/join/worker", "storm/acme/certificates/shop")
CREDENTIALS = ("storm/credentials/issued/4A", "storm/credentials/revoked/4A")
WRITABLE = "storm/availability/w1"


def forbidden_keys():
    reads = ("storm/swarm/join/manager", "storm/status", "storm/acme/account", f"storm/enrol/{POOL}/worker", f"storm/claims/{POOL}/100.64.8.1",
             "stacks/shop", *CREDENTIALS)
    writes = (*reads, *SHARED, "storm/nodes", "mesh/pools", "mesh/version", "mesh/peers/aws-eu-west-1/managers/m1", f"mesh/peers/{OTHER}/e1")
    return {
        **{f"read {key}": ("GET", f"kv/{key}") for key in reads},
        **{f"write {key}": ("PUT", f"kv/{key}", "x") for key in writes},
        **{f"delete {key}": ("DELETE", f"kv/{key}") for key in writes},
        **{f"delete all under '{tree}'": ("DELETE", f"kv/{tree}?recurse") for tree in ("", "storm/", "mesh/")},
    }


class NodeToken(unittest.TestCase):
    """The token `node`, which every worker has."""

    def setUp(self):
        self.management = formed()
        for key in (*SHARED, "storm/swarm/join/manager", "storm/status", "storm/acme/account", "stacks/shop", f"mesh/peers/{OTHER}/e1",
                    f"storm/claims/{POOL}/100.64.8.1", *CREDENTIALS):
            self.management.kv_put(key, "x")
        self.consul = storm_acl.WithToken(SECRETS["storm:node"])

    def test_reads_what_its_daemons_follow(self):
        for key in (*SHARED, "storm/nodes"):
            self.assertTrue(self.consul.kv_get(key), key)
        self.assertIn("mesh/peers/aws-eu-west-1/managers/m1", self.consul.kv_tree("mesh/")[0])

    def test_can_do_nothing_else(self):
        nothing_else(self, self.consul, self.management, forbidden_keys())

    def test_drains_other_nodes_too(self):
        """No wish of ours: all workers have one token, and Consul's rules do not know who asks (decision 25)."""
        for key in (WRITABLE, "storm/availability/m1"):
            self.assertTrue(self.consul.kv_put(key, "drain"))
            self.consul.kv_delete(key)

    def test_takes_its_own_agent_out_and_no_other(self):
        address, process = worker("w1")
        own = storm_acl.WithToken(SECRETS["storm:node"])
        own.base = own.base._replace(netloc=address)

        def status():
            members = storm_acl.expect(self.management.get("agent/members"), "members")
            return {member["Name"]: member["Status"] for member in members}.get("w1")

        def joined():
            if status() != 1 or not own.kv_get("storm/nodes"):
                raise storm_acl.Waiting(f"w1 is {status()}")

        storm_acl.until(30, joined)
        self.assertRegex(answer(self.consul, "PUT", "agent/leave"), "^403 ")
        self.assertEqual(status(), 1)
        answer(own, "PUT", "agent/leave")
        self.assertEqual((process.wait(20), status()), (0, 3))  # 3: left
        # The catalog may keep it for another minute: then it would go in the middle of another test.
        self.management.put("catalog/deregister", {"Node": "w1"})


if __name__ == "__main__":
    unittest.main()
