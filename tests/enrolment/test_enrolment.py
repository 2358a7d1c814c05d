"""systemd and WireGuard alone are not the real ones here."""
import hashlib
import json
import os
import pathlib
import tempfile
import time
import unittest
from unittest import mock

from server import ACL, KEY, OTHER, POOL, SECRETS, WORK, certificates, document, formed, in_process, machine

import storm_acl
import storm_apply
import storm_cluster
import storm_elastic
import storm_forget
import storm_lib


class Claiming(unittest.TestCase):
    def setUp(self):
        self.management = formed()

    def test_of_many_at_once_no_two_get_the_same_address(self):
        code = "print(e.claim(e.Rendezvous()))"
        nodes = [in_process(machine(f"i-{number}"), code) for number in range(14)]
        answers = [node.communicate() for node in nodes]
        addresses = [out.strip() for out, _ in answers]
        self.assertEqual(len(set(addresses)), 14, answers)
        self.assertEqual(sorted(addresses, key=lambda text: int(text.rpartition(".")[2])), [f"100.64.8.{n}" for n in range(1, 15)])
        late = in_process(machine("i-99"), code).communicate()
        self.assertIn("no mesh address is free in 100.64.8.0/28", late[1])

    def test_a_node_keeps_its_address_over_reboots(self):
        root, code = machine("i-7"), "print(e.name(), e.claim(e.Rendezvous()))"
        first, again = in_process(root, code).communicate(), in_process(root, code).communicate()
        self.assertEqual(first[0], again[0], first)
        self.assertRegex(first[0], r"^web-[0-9a-f]{10} 100\.64\.8\.\d+\n$")
        self.assertEqual(len(self.management.kv_tree(f"storm/claims/{POOL}/")[0]), 1)

    def test_believes_only_a_server_of_this_cluster(self):
        elsewhere = tempfile.mkdtemp(dir=WORK)
        certificates(elsewhere)
        stranger = pathlib.Path(elsewhere, "consul-agent-ca.pem").read_text(encoding="utf-8")
        for root in (machine("i-8", ca=stranger), machine("i-8", datacenter="prod")):
            out, error = in_process(root, "print(e.claim(e.Rendezvous()))").communicate()
            self.assertEqual(out, "")
            self.assertIn("CERTIFICATE_VERIFY_FAILED", error)


class Enrolling(unittest.TestCase):
    def setUp(self):
        self.management = formed()
        self.root = machine("i-1")
        os.environ["STORM_ROOT"] = self.root
        storm_lib.node.cache_clear()
        storm_elastic.settings.cache_clear()
        self.commands = []
        patches = [mock.patch.object(module, "systemctl", lambda *words: self.commands.append(words)) for module in (storm_apply, storm_elastic)]
        patches += [mock.patch.object(storm_apply, "public_key", lambda: KEY), mock.patch.object(storm_apply, "wait_active", lambda _: None),
                    mock.patch.object(storm_elastic.socket, "sethostname", self.commands.append)]
        for patch in patches:
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.management._call, "DELETE", "/v1/kv/mesh/peers/" + POOL, None, {"recurse": True})
        self.elastic = storm_elastic.Elastic()
        self.name = storm_elastic.name()

    def file(self, name):
        return pathlib.Path(self.root + name).read_text(encoding="utf-8")

    def peer(self):
        return json.loads(self.management.kv_get(f"mesh/peers/{POOL}/{self.name}") or "{}")

    def test_becomes_a_worker_of_its_own_name(self):
        self.elastic.step()
        node = json.loads(self.file("/etc/storm/node.json"))
        self.assertEqual((node["name"], self.file("/etc/hostname")), (self.name, self.name + "\n"))
        self.assertEqual(self.peer(), {"publicKey": KEY, "endpoint": "127.0.0.1:51820", "address": node["mesh"]["address"],
                                       "enrolled": self.file("/var/lib/storm/enrolled")})
        self.assertEqual(list(json.loads(self.file("/var/lib/storm/peers.json"))["peers"]), ["m1"])
        self.assertEqual((self.file("/etc/storm/registry/key.pem"), self.file("/usr/local/lib/storm/x.py")), ("one", "one"))
        self.assertEqual(os.stat(self.root + "/etc/storm/registry/key.pem").st_mode & 0o777, 0o600)
        self.assertIn(("start", "--no-block", "consul.service"), self.commands)
        self.assertIn(("enable", "consul.service"), self.commands)

    def test_rubbish_among_the_peers_stops_neither_enrolment_nor_deploy(self):
        for key, text in ((f"{POOL}/rubbish", b"{"), (f"{OTHER}/m1", b"[]"), (f"{OTHER}/m2", b'{"address": "100.64.4.1"}'), (f"{OTHER}/m3", b"\xff")):
            self.management.kv_put(f"mesh/peers/{key}", text)
            self.addCleanup(self.management.kv_delete, f"mesh/peers/{key}")
        self.elastic.step()
        self.assertEqual(list(json.loads(self.file("/var/lib/storm/peers.json"))["peers"]), ["m1"])
        storm_cluster.elastic_enrolled(self.management, {POOL: "today"})

    def test_any_key_that_a_pools_node_can_make_is_forgotten_again(self):
        pool = storm_acl.WithToken(SECRETS[f"storm:pool {POOL}"])
        for tail in ("../m1", "..", "./a", "/a", "a//b", "a\nb", "a\0b", "a/", "a?b#c%2f", "é", ""):
            key = f"mesh/peers/{POOL}/{tail}"
            storm_acl.expect(pool.put("txn", [{"KV": {"Verb": "set", "Key": key, "Value": ""}}]), key)
            self.assertIn(key, storm_forget.traces(self.management))
            self.management.kv_delete(key)
            self.assertNotIn(key, storm_forget.traces(self.management))

    def test_a_key_that_is_no_text_is_left_alone(self):
        pool = storm_acl.WithToken(SECRETS[f"storm:pool {POOL}"])
        self.assertEqual(pool._call("PUT", f"/v1/kv/mesh/peers/{POOL}/%ff", "x")[0], 200)
        self.assertEqual([key for key in storm_forget.traces(self.management) if POOL + "/" in key], [])

    def test_does_nothing_when_nothing_has_changed(self):
        self.elastic.step()
        self.elastic.index, self.commands[:], before = 0, [], self.peer()
        with mock.patch.object(storm_elastic.socket, "gethostname", lambda: self.name):
            self.elastic.step()
        self.assertEqual((self.commands, self.peer()), ([], before))

    def test_follows_a_rotation_by_its_watch(self):
        self.elastic.step()
        storm_cluster.put_enrolments(self.management, {POOL: json.dumps(document("two")["elastic"][POOL]["worker"], sort_keys=True)})
        began = time.monotonic()
        self.elastic.step()
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(self.file("/etc/storm/registry/key.pem"), "two")

    def test_old_tokens_stay_until_a_living_node_has_the_new_ones(self):
        self.management.kv_put(f"mesh/peers/{POOL}/m1", json.dumps({"enrolled": "yesterday"}))  # m1 is alive in Consul
        with self.assertRaisesRegex(storm_acl.Waiting, "elastic nodes have not taken today's secrets and scripts: m1"):
            storm_cluster.elastic_enrolled(self.management, {POOL: "today"})
        today = hashlib.sha256(b"today").hexdigest()[:16]
        self.management.kv_put(f"mesh/peers/{POOL}/m1", json.dumps({"enrolled": today}))
        self.management.kv_put(f"mesh/peers/{POOL}/dead", json.dumps({"enrolled": "yesterday"}))
        storm_cluster.elastic_enrolled(self.management, {POOL: "today"})

    def test_a_node_whose_entries_were_forgotten_enters_them_again(self):
        self.elastic.step()
        before = self.peer()
        self.management.kv_delete(f"mesh/peers/{POOL}/{self.name}")
        self.management._call("DELETE", f"/v1/kv/storm/claims/{POOL}/", None, {"recurse": True})
        self.elastic.index = 0
        self.elastic.step()
        self.assertEqual(self.peer(), before)

    def test_a_node_whose_address_is_anothers_starts_over(self):
        self.elastic.step()
        address = self.peer()["address"]
        self.management.kv_put(f"storm/claims/{POOL}/{address}", "another")
        self.elastic.index = 0
        with mock.patch.object(storm_elastic, "Docker"), self.assertRaises(SystemExit):
            self.elastic.step()
        self.assertIn(("reboot",), self.commands)
        storm_lib.node.cache_clear()
        storm_elastic.Elastic().step()
        self.assertNotEqual(self.peer()["address"], address)

    def test_a_pool_that_is_gone_leaves_nothing(self):
        gone = document("one")
        gone["elastic"].pop(OTHER)
        name = f"storm:pool {OTHER}"
        gone["acl"] = {"tokens": [token for token in ACL["tokens"] if token["description"] != name],
                       "policies": [policy for policy in ACL["policies"] if not policy["name"].endswith("web2")]}
        storm_cluster.consul_up(gone)
        self.assertIsNone(self.management.kv_get(f"storm/enrol/{OTHER}/worker"))
        self.assertFalse(storm_acl.WithToken(SECRETS[name]).usable())
        names = [policy["Name"] for policy in self.management.get("acl/policies")[1]]
        self.assertNotIn("storm-pool-aws-eu-west-1_web2", names)
        self.assertIn("storm-pool-aws-eu-west-1_web", names)
        formed()


if __name__ == "__main__":
    unittest.main()
