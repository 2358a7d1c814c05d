import hashlib
import json
import threading
import time
import unittest

import fakes
import storm_rejoin

PEER = {"publicKey": "new", "endpoint": "192.0.2.4:51820", "address": "100.64.12.4"}
DOCUMENT = {"management": "m", "name": "n4", "entry": {"role": "worker", "key": "new"}, "key": "mesh/peers/local/local/n4", "peer": PEER}


class Rejoin(unittest.TestCase):
    def setUp(self):
        self.consul, self.docker = fakes.FakeConsul(), fakes.FakeDocker()
        self.addCleanup(self.consul.close)
        self.addCleanup(self.docker.close)
        self.consul.put("storm/nodes", {"n1": {"role": "manager", "key": "a"}, "n4": {"role": "worker", "key": "old"}})
        self.consul.put("mesh/peers/local/local/n4", {**PEER, "publicKey": "old"})
        self.consul.put("mesh/version", "1")
        self.swarm(n1="ready", n4="ready")
        self.consul.members = [{"Name": "n1", "Status": 1}, {"Name": "n4", "Status": 1}]

    def swarm(self, **states):
        self.docker.nodes = [{"ID": name, "Description": {"Hostname": name}, "Status": {"State": state}}
                             for name, state in states.items()]

    def controller(self, *pending):
        digest = hashlib.sha256(self.consul.kv["storm/nodes"].encode()).hexdigest()[:16]
        self.consul.put("storm/status", {"nodes": digest, "pending": list(pending)})

    def start(self, **options):
        self.answer = None

        def run():
            self.answer = storm_rejoin.rejoin(DOCUMENT, **options)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def looks(self, count=2):
        """Waits until it has looked at the swarm so many times more."""
        def seen():
            return len([call for call in self.docker.calls if call[1] == "/nodes"])
        before = seen()
        fakes.eventually(lambda: seen() >= before + count)

    def written(self):
        fakes.eventually(lambda: json.loads(self.consul.kv["storm/nodes"])["n4"]["key"] == "new")
        fakes.eventually(lambda: self.consul.kv["mesh/version"] != "1")

    def test_tells_the_others_of_the_new_machine_and_of_no_other(self):
        thread = self.start(steady=0)
        self.written()
        self.assertEqual(json.loads(self.consul.kv["storm/nodes"])["n1"], {"role": "manager", "key": "a"})
        self.assertEqual(json.loads(self.consul.kv["mesh/peers/local/local/n4"]), PEER)
        self.controller()
        thread.join(5)
        self.assertEqual(self.answer, {"back": "n4"})

    def test_waits_until_the_controller_has_seen_it(self):
        thread = self.start(steady=0)
        self.written()
        self.looks()
        self.assertIsNone(self.answer)
        self.controller("n4: labels and availability", "n9: not joined")
        self.looks()
        self.assertIsNone(self.answer)
        self.controller("n9: not joined")
        thread.join(5)
        self.assertEqual(self.answer, {"back": "n4"})

    def test_the_machine_before_does_not_count(self):
        """It is Ready in the swarm and alive in Consul for some seconds after its end."""
        thread = self.start(steady=1.2)
        self.written()
        self.controller()
        self.looks()
        self.swarm(n1="ready", n4="down")
        self.looks(5)
        self.assertIsNone(self.answer)
        came = time.monotonic()
        self.swarm(n1="ready", n4="down", n4_="ready")
        self.docker.nodes[2]["Description"]["Hostname"] = "n4"
        thread.join(5)
        self.assertEqual(self.answer, {"back": "n4"})
        self.assertGreater(time.monotonic() - came, 1.2)

    def test_a_list_that_is_not_there_is_not_begun(self):
        self.consul.delete("storm/nodes")
        with self.assertRaisesRegex(SystemExit, "Consul has no list of nodes yet"):
            storm_rejoin.rejoin(DOCUMENT, seconds=0.5, steady=0)
        self.assertNotIn("storm/nodes", self.consul.kv)

    def test_run_again_it_writes_nothing(self):
        thread = self.start(steady=0)
        self.written()
        self.controller()
        thread.join(5)
        writes = len([call for call in self.consul.calls if call[0] == "PUT"])
        self.start(steady=0).join(5)
        self.assertEqual(self.answer, {"back": "n4"})
        self.assertEqual(len([call for call in self.consul.calls if call[0] == "PUT"]), writes)

    def test_who_does_not_come_is_an_error_that_says_what_is_missing(self):
        self.consul.members = self.consul.members[:1]
        with self.assertRaisesRegex(SystemExit, "gave up after 0.5 s: n4: not alive in Consul"):
            storm_rejoin.rejoin(DOCUMENT, seconds=0.5, steady=0)
        self.swarm(n1="ready")
        with self.assertRaisesRegex(SystemExit, "n4: not in the swarm"):
            storm_rejoin.rejoin(DOCUMENT, seconds=0.5, steady=0)


if __name__ == "__main__":
    unittest.main()
