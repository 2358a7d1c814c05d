"""A controller on the swarm's leader, of four nodes, with a clock of its own."""
import json
import unittest
from unittest import mock

import fakes
import storm_controller
from swarm_nodes import member, swarm_node
from storm_controller import Controller


class ControllerCase(unittest.TestCase):
    def setUp(self):
        self.consul, self.docker = fakes.FakeConsul(), fakes.FakeDocker()
        self.addCleanup(self.consul.close)
        self.addCleanup(self.docker.close)
        self.clock = 1000.0
        patch = mock.patch.object(storm_controller.time, "monotonic", lambda: self.clock)
        patch.start()
        self.addCleanup(patch.stop)
        self.docker.nodes = [swarm_node("1", "n1", True, leader=True), swarm_node("2", "n2", True),
                             swarm_node("3", "n3", True), swarm_node("4", "n4")]
        self.consul.members = [member(f"n{i}", server=i < 4) for i in (1, 2, 3, 4)]
        self.consul.catalog = [{"Node": f"n{i}", "Meta": {"pool": "local.local"}} for i in (1, 2, 3, 4)]
        self.want(n1="manager", n2="manager", n3="manager", n4="worker")
        self.controller = Controller()

    def want(self, **roles):
        self.consul.put("storm/nodes", {name: {"role": role, "labels": {}} for name, role in roles.items()})

    def rounds(self, count=1, seconds=1):
        for _ in range(count):
            self.clock += seconds
            self.controller.round()
        return json.loads(self.consul.kv["storm/status"])["pending"]

    def node(self, number):
        return next((found for found in self.docker.nodes if found["ID"] == number), None)
