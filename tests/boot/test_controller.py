import json
import unittest

from controller_case import ControllerCase
from swarm_nodes import member, swarm_node
from storm_controller import labels


class Rounds(ControllerCase):
    def test_settles_and_then_changes_nothing(self):
        self.rounds(3)
        self.assertEqual(self.rounds(), [])
        before = len([call for call in self.docker.calls if call[0] == "POST"])
        writes = len([call for call in self.consul.calls if call[0] == "PUT"])
        self.rounds(5)
        self.assertEqual(len([call for call in self.docker.calls if call[0] == "POST"]), before)
        self.assertEqual(len([call for call in self.consul.calls if call[0] == "PUT"]), writes)

    def test_only_the_leader_acts(self):
        self.docker.nodes[0]["ManagerStatus"]["Leader"] = False
        self.docker.nodes[1]["ManagerStatus"]["Leader"] = True
        self.controller.round()
        self.assertNotIn("storm/status", self.consul.kv)

    def test_an_empty_answer_empties_nothing(self):
        for empty in ("", "{}"):
            self.consul.put("storm/nodes", empty)
            self.controller.round()
        self.want(n1="manager")
        self.consul.catalog = []
        self.controller.round()
        self.assertEqual([found["Spec"]["Availability"] for found in self.docker.nodes], ["active"] * 4)

    def test_labels(self):
        wanted = {"role": "data", "pool": "local/data", "labels": {"size": "big"}}
        first = labels({"mine": "1", "storm.old": "x"}, "n4", wanted)
        self.assertEqual(first, {"mine": "1", "size": "big", "storm.labels": "size", "storm.node": "n4",
                                 "storm.role": "data", "storm.pool": "local/data"})
        self.assertEqual(labels(first, "n4", {"role": "data"}), {"mine": "1", "storm.node": "n4", "storm.role": "data"})

    def test_drains_on_request(self):
        self.consul.put("storm/availability/n4", "drain")
        self.rounds()
        self.assertEqual(self.node("4")["Spec"]["Availability"], "drain")

    def test_a_worker_that_leaves_is_drained_then_removed_then_forgotten(self):
        self.want(n1="manager", n2="manager", n3="manager")
        self.consul.put("mesh/peers/local/local/n4", {})
        self.consul.put("storm/availability/n4", "active")
        self.docker.tasks = [{"Status": {"State": "running"}}]
        self.assertIn("n4: draining, 1 tasks", self.rounds())
        self.docker.tasks = [{"Status": {"State": "shutdown"}}]
        self.assertIn("n4: leaving the swarm", self.rounds(5))
        self.assertEqual(self.docker.removed, [])
        self.consul.members[3]["Status"] = 3
        self.rounds(2)
        self.assertEqual(self.docker.removed, ["4"])
        self.assertEqual(json.loads(self.consul.kv["storm/removed"]), {"4": "n4"})
        self.rounds(2)
        self.assertEqual([key for key in self.consul.kv if key.endswith("n4")], [])
        self.assertIn("mesh/version", self.consul.kv)
        self.assertNotIn("n4", [one["Name"] for one in self.consul.members])
        self.assertEqual(self.rounds(), [])

    def test_what_an_operator_sets_stays_until_the_node_asks_for_something_else(self):
        self.consul.put("storm/availability/n4", "active")
        self.rounds(2)
        self.node("4")["Spec"]["Availability"] = "drain"
        self.rounds(3)
        self.assertEqual(self.node("4")["Spec"]["Availability"], "drain")
        self.consul.put("storm/availability/n4", "drain")
        self.rounds(2)
        self.consul.put("storm/availability/n4", "active")
        self.rounds(2)
        self.assertEqual(self.node("4")["Spec"]["Availability"], "active")

    def test_a_drained_node_that_stays_is_removed(self):
        self.want(n1="manager", n2="manager", n3="manager")
        self.rounds(3, seconds=20)
        self.assertEqual(self.docker.removed, ["4"])
        self.assertIn("n4: still in Consul", self.rounds(2))

    def test_a_node_that_is_let_in_has_time_to_say_its_name(self):
        self.docker.nodes.append({**swarm_node("5", "", state="down"), "Description": {}})
        self.assertIn("5: joins", self.rounds(2))
        self.assertIn("5: joins", self.rounds(1, seconds=60))
        self.assertEqual(self.docker.removed, [])
        self.rounds(2, seconds=20)
        self.assertEqual(self.docker.removed, ["5"])

    def test_managers_go_one_by_one(self):
        self.docker.nodes.append(swarm_node("5", "n5", True))
        self.docker.nodes[3] = swarm_node("4", "n4", True)
        self.consul.members[3] = member("n4", server=True)
        self.consul.members.append(member("n5", server=True))
        self.consul.catalog.append({"Node": "n5", "Meta": {"pool": "local.local"}})
        self.want(n1="manager", n2="manager", n3="manager")
        self.assertIn("n5: waits for Consul's servers to be healthy", self.rounds(2))
        self.assertEqual([self.node(one)["Spec"]["Role"] for one in "45"], ["worker", "manager"])
        self.consul.members[3]["Status"] = 3
        self.rounds(2)
        self.assertEqual(self.node("5")["Spec"]["Role"], "worker")

    def test_quorum_is_kept(self):
        self.docker.nodes[2] = swarm_node("3", "n3", True, state="down")
        self.want(n1="manager", n3="manager", n4="worker")
        self.assertIn("n2: kept, the other managers would have no quorum", self.rounds(3))
        self.assertEqual(self.node("2")["Spec"]["Role"], "manager")

    def test_a_worker_down_for_90_s_is_removed(self):
        self.node("4")["Status"]["State"] = "down"
        self.rounds(2, seconds=44)
        self.assertEqual(self.docker.removed, [])
        self.rounds(2, seconds=50)
        self.assertEqual(self.docker.removed, ["4"])

    def test_a_manager_that_is_down_stays_until_its_successor_is_there(self):
        self.docker.nodes[2] = swarm_node("3", "n3", True, state="down")
        self.rounds(5, seconds=100)
        self.assertEqual(self.docker.removed, [])
        self.docker.nodes.append(swarm_node("9", "n3", True))
        self.rounds(2)
        self.assertEqual(self.docker.removed, ["3"])
        self.assertEqual(self.node("9")["Spec"]["Role"], "manager")

    def test_promotes(self):
        self.want(n1="manager", n2="manager", n3="manager", n4="manager")
        self.assertIn("n4: becomes a manager", self.rounds(2))
        self.assertEqual(self.node("4")["Spec"]["Role"], "manager")

    def test_elastic_nodes_say_what_they_are_in_consul(self):
        self.docker.nodes.append(swarm_node("6", "e1"))
        self.consul.members.append(member("e1"))
        meta = {"elastic": "true", "pool": "aws/web", "size": "medium", "label-tier": "web"}
        self.consul.catalog.append({"Node": "e1", "Meta": meta})
        self.rounds()
        found = self.node("6")["Spec"]
        self.assertEqual((found["Availability"], found["Labels"]["storm.pool"], found["Labels"]["tier"]),
                         ("active", "aws/web", "web"))

    def test_an_elastic_node_that_consuls_catalog_does_not_describe_yet_is_left_alone(self):
        self.elastic()
        described = self.consul.catalog.pop()
        self.assertIn("e1: joins", self.rounds(2))
        self.consul.catalog.append({"Node": "e1", "Meta": {}})
        self.assertIn("e1: joins", self.rounds(2))
        self.assertEqual(self.node("6")["Spec"]["Availability"], "active")
        self.consul.catalog[-1] = described
        self.assertEqual(self.rounds(2), [])
        self.consul.catalog[-1] = {"Node": "e1", "Meta": {}}
        self.rounds(3, seconds=50)
        self.assertEqual(self.node("6")["Spec"]["Availability"], "drain")

    def test_an_enrolling_node_keeps_its_peer_entry(self):
        self.consul.put("mesh/peers/aws/web/e9", {})
        self.rounds(5)
        self.assertIn("mesh/peers/aws/web/e9", self.consul.kv)
        self.rounds(2, seconds=400)
        self.assertNotIn("mesh/peers/aws/web/e9", self.consul.kv)

    def elastic(self, name="e1", number="6", **more):
        self.docker.nodes.append(swarm_node(number, name, **more))
        self.consul.members.append(member(name))
        self.consul.catalog.append({"Node": name, "Meta": {"elastic": "true", "pool": "aws/web", "size": "medium"}})
        self.consul.put(f"mesh/peers/aws/web/{name}", {})
        self.consul.put("storm/claims/aws/web/100.64.8.1", name)

    def traces(self, name="e1"):
        return sorted(key for key, value in self.consul.kv.items() if key.endswith(name) or value == name)

    def test_an_elastic_node_that_left_is_forgotten_at_once_with_its_address(self):
        self.elastic()
        self.rounds(2)
        self.assertEqual(len(self.traces()), 2)
        # what storm_joiner.py's farewell comes to: Consul's catalog drops who leaves
        self.node("6")["Status"]["State"] = "down"
        self.consul.members[-1]["Status"] = 3
        self.consul.catalog.pop()
        self.rounds(3)
        self.assertEqual((self.docker.removed, self.traces()), (["6"], []))
        self.assertIn("mesh/version", self.consul.kv)

    def test_an_elastic_node_that_died_is_forgotten_after_90_s_although_consuls_catalog_keeps_it(self):
        self.elastic()
        self.rounds(2)
        self.node("6")["Status"]["State"] = "down"
        self.consul.members[-1]["Status"] = 4
        self.rounds(2, seconds=44)
        self.assertEqual((self.docker.removed, len(self.traces())), ([], 2))
        self.rounds(3, seconds=50)
        self.assertEqual((self.docker.removed, self.traces()), (["6"], []))

    def test_a_deploy_does_not_wait_for_elastic_nodes(self):
        self.elastic(state="down")
        self.assertEqual(self.rounds(3), [])

    def test_the_claim_of_a_node_that_never_came_is_freed(self):
        self.consul.put("storm/claims/aws/web/100.64.8.1", "e9")
        self.rounds(2, seconds=200)
        self.assertEqual(len(self.traces("e9")), 1)
        self.rounds(2, seconds=400)
        self.assertEqual(self.traces("e9"), [])
