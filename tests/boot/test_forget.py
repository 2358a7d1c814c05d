import unittest

from controller_case import ControllerCase
from swarm_nodes import member, swarm_node


class Forgetting(ControllerCase):
    def test_a_manager_that_does_not_lead_prunes_who_has_left_once_the_leader_has_cleaned_up(self):
        self.docker.nodes[0]["ManagerStatus"]["Leader"] = False
        self.docker.nodes[1]["ManagerStatus"]["Leader"] = True
        self.consul.members += [member("n5", status=3), member("n6", status=4)]
        listed = lambda: sorted(one["Name"] for one in self.consul.members)
        self.consul.put("storm/claims/10.0.0.5", "n5")
        self.controller.round()
        self.assertIn("n5", listed())
        del self.consul.kv["storm/claims/10.0.0.5"]
        self.docker.nodes.append(swarm_node("5", "n5", state="down"))
        self.controller.round()
        self.assertIn("n5", listed())
        del self.docker.nodes[-1]
        self.controller.round()
        self.assertEqual(listed(), ["n1", "n2", "n3", "n4", "n6"])

    def test_a_new_node_by_the_name_of_one_that_left_is_not_pruned(self):
        # Before the list names it; by the intent to leave of the one before, Serf calls it leaving until its own to join is heard.
        self.consul.members.append(member("n9", status=2))
        self.consul.put("mesh/peers/local/local/n9", {})
        self.assertIn("n9: still in Consul", self.rounds(2))
        self.assertIn("n9", [one["Name"] for one in self.consul.members])
        self.assertIn("mesh/peers/local/local/n9", self.consul.kv)


if __name__ == "__main__":
    unittest.main()
