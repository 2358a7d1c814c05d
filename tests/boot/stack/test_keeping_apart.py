import json
import unittest

from case import Case


class KeepingApart(Case):
    def limit(self, replicas, planned, ready):
        self.swarm.nodes = ["Ready Active"] * ready + ["Down Active", "Ready Drain"]
        self.swarm.calls = []
        compose = {"services": {"web": {"image": "w:1", "deploy": {"replicas": replicas, "placement": {"constraints": []}}}}}
        self.deploy(compose=compose, spread={"web": planned})
        sent = json.loads(self.swarm.called("stack", "deploy")[0]["stdin"])
        return sent["services"]["web"]["deploy"]["placement"].get("max_replicas_per_node")

    def test_no_node_has_them_all_and_an_update_finds_room(self):
        self.assertEqual(self.limit(replicas=2, planned=1, ready=3), 1)
        self.assertEqual(self.limit(replicas=5, planned=3, ready=3), 3)

    def test_one_node_alone_is_not_limited_an_update_would_find_no_room(self):
        self.assertIsNone(self.limit(replicas=2, planned=2, ready=1))

    def test_data_nodes_take_no_such_tasks(self):
        self.swarm.data_nodes = ["Ready Active"] * 3
        self.assertEqual(self.limit(replicas=4, planned=2, ready=3), 2)

    def test_nodes_that_are_away_do_not_count(self):
        self.assertEqual(self.limit(replicas=2, planned=1, ready=2), 2)

    def test_nodes_that_are_about_to_leave_do_not_count(self):
        self.assertEqual(self.limit(replicas=4, planned=2, ready=5), 2)


if __name__ == "__main__":
    unittest.main()
