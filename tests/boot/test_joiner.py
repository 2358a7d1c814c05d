import json
import subprocess
import unittest
from unittest import mock

import fakes
import storm_joiner
from storm_joiner import Images, Joiner

MANAGER = {"role": "manager", "address": "100.64.12.2"}
WORKER = {"role": "worker", "address": "100.64.12.1"}


class Joining(unittest.TestCase):
    def setUp(self):
        self.consul, self.docker = fakes.FakeConsul(), fakes.FakeDocker()
        self.addCleanup(self.consul.close)
        self.addCleanup(self.docker.close)
        self.commands = []
        run = mock.patch.object(subprocess, "run", self.run_command)
        self.answers = mock.patch.object(storm_joiner, "answers", lambda address: True)
        for patch in (run, self.answers):
            patch.start()
            self.addCleanup(patch.stop)
        self.joiner = Joiner()
        self.consul.put("storm/nodes", {"n1": WORKER, "n2": MANAGER})
        self.consul.put("storm/swarm/id", "swarm")
        self.consul.put("storm/swarm/join/worker", "SWMTKN-worker")

    def run_command(self, command, **_):
        if command == ["systemctl", "is-system-running"]:
            return mock.Mock(stdout="running\n")
        return self.commands.append(command)

    def posts(self, path):
        return [call[2] for call in self.docker.calls if call[:2] == ("POST", path)]

    def active(self, **more):
        self.docker.swarm = {"LocalNodeState": "active", "NodeID": "me", **more}

    def test_joins_by_mesh_addresses_and_undrains(self):
        self.joiner.step()
        self.assertEqual(self.posts("/swarm/join"), [{
            "ListenAddr": "100.64.12.1:2377", "AdvertiseAddr": "100.64.12.1", "DataPathAddr": "100.64.12.1",
            "RemoteAddrs": ["100.64.12.2:2377"], "JoinToken": "SWMTKN-worker"}])
        self.assertEqual(self.consul.kv["storm/availability/n1"], "active")

    def test_has_the_ingress_certificates_before_it_joins(self):
        asked = []
        with mock.patch.object(subprocess, "run", lambda command, **_: asked.append((command, self.posts("/swarm/join"))) or mock.Mock(stdout="")):
            self.joiner.step()
        self.assertIn((["systemctl", "start", "storm-certificates.service"], []), asked)
        self.assertEqual(len(self.posts("/swarm/join")), 1)

    def test_a_node_that_is_not_listed_yet_stays(self):
        self.consul.put("storm/nodes", {"n2": MANAGER})
        with mock.patch.object(Joiner, "was_listed", staticmethod(lambda: False)), self.assertRaises(OSError):
            self.joiner.step()
        self.assertEqual((self.posts("/swarm/leave"), self.commands), ([], []))

    def test_a_manager_uses_the_managers_token(self):
        self.consul.put("storm/nodes", {"n1": {**MANAGER, "address": "100.64.12.1"}, "n2": MANAGER})
        self.consul.put("storm/swarm/join/manager", "SWMTKN-manager")
        self.joiner.step()
        self.assertEqual(self.posts("/swarm/join")[0]["JoinToken"], "SWMTKN-manager")

    def test_waits_for_the_first_manager(self):
        self.consul.delete("storm/swarm/id")
        with self.assertRaises(OSError):
            self.joiner.step()
        self.assertEqual(self.posts("/swarm/join"), [])

    def test_does_nothing_without_a_list_of_nodes(self):
        self.consul.delete("storm/nodes")
        self.active()
        with self.assertRaises(OSError):
            self.joiner.step()
        self.assertEqual(self.posts("/swarm/leave"), [])

    def test_a_removed_node_leaves_and_joins_again(self):
        self.active()
        self.consul.put("storm/removed", {"me": "n1"})
        self.joiner.step()
        self.joiner.step()
        self.assertEqual((len(self.posts("/swarm/leave")), len(self.posts("/swarm/join"))), (1, 1))

    def test_a_node_that_is_never_let_in_asks_anew(self):
        self.docker.swarm = {"LocalNodeState": "pending", "NodeID": ""}
        with mock.patch.object(storm_joiner.time, "monotonic", lambda: self.clock):
            for self.clock in (1000, 1119):
                self.joiner.step()
            self.assertEqual(self.posts("/swarm/leave"), [])
            self.clock = 1121
            self.joiner.step()
        self.joiner.step()
        self.assertEqual((len(self.posts("/swarm/leave")), len(self.posts("/swarm/join"))), (1, 1))

    def test_a_member_whose_managers_are_away_stays(self):
        self.docker.swarm = {"LocalNodeState": "pending", "NodeID": "me"}
        with mock.patch.object(storm_joiner.time, "monotonic", lambda: self.clock):
            for self.clock in (1000, 2000):
                self.joiner.step()
        self.assertEqual(self.posts("/swarm/leave"), [])

    def test_a_manager_in_good_standing_heeds_no_note(self):
        self.active(ControlAvailable=True, Cluster={"ID": "swarm"}, Nodes=3)
        self.docker.self_status = 200
        self.consul.put("storm/removed", {"me": "n1"})
        self.joiner.step()
        self.assertEqual(self.posts("/swarm/leave"), [])

    def test_a_swarm_of_its_own_is_left(self):
        self.active(ControlAvailable=True, Cluster={"ID": "stray"}, Nodes=1)
        self.docker.self_status = 200
        self.joiner.step()
        self.assertEqual(len(self.posts("/swarm/leave")), 1)

    def test_an_error_restarts_the_engine_before_it_costs_the_membership(self):
        self.docker.swarm = {"LocalNodeState": "error", "NodeID": "me", "Error": "no address"}
        self.joiner.step()
        self.assertEqual(self.commands, [["systemctl", "restart", "docker.service"]])
        with mock.patch.object(storm_joiner, "answers", lambda address: False):
            self.joiner.step()
        self.assertEqual(self.posts("/swarm/leave"), [])
        self.joiner.step()
        self.assertEqual(len(self.posts("/swarm/leave")), 1)

    def test_an_unlisted_worker_leaves_after_its_tasks_then_consul(self):
        self.consul.put("storm/nodes", {"n2": MANAGER})
        self.active()
        self.docker.containers["task"] = {}
        self.joiner.step()
        self.assertEqual(self.posts("/swarm/leave"), [])
        self.docker.containers.clear()
        self.joiner.step()
        self.joiner.step()
        self.assertEqual(len(self.posts("/swarm/leave")), 1)
        self.assertIn(("PUT", "/v1/agent/leave", ""), self.consul.calls)
        self.assertEqual(self.commands, [["systemctl", "stop", "--no-block", "consul.service"]])

    def test_leaves_consul_with_the_token_that_its_own_agent_takes(self):
        for name in ("node", "controller"):
            fakes.write(f"/etc/storm/tokens/{name}", f"{name}'s")
        for server, token in ((False, "node's"), (True, "controller's")):
            self.consul.tokens.clear()
            with mock.patch.object(storm_joiner, "node", lambda server=server: {**fakes.NODE, "consul": {"server": server}}):
                storm_joiner.leave_consul()
            self.assertEqual(self.consul.tokens, {token})

    def test_an_unlisted_manager_waits_for_its_demotion(self):
        self.consul.put("storm/nodes", {"n2": MANAGER})
        self.active(ControlAvailable=True, Cluster={"ID": "swarm"}, Nodes=3)
        self.docker.self_status = 200
        self.joiner.step()
        self.assertEqual(self.posts("/swarm/leave"), [])

    def test_pulls_what_is_missing(self):
        self.active()
        self.docker.images.add("a:1")
        self.consul.put("storm/images", json.dumps(["a:1", "registry.service.consul:5000/s/b:2"]))
        Images().step()
        self.assertEqual(self.docker.images, {"a:1", "registry.service.consul:5000/s/b:2"})

    def stop(self, state):
        with mock.patch.object(subprocess, "run", return_value=mock.Mock(stdout=state)):
            storm_joiner.stop()

    def test_shutdown_drains_but_a_unit_restart_does_not(self):
        self.docker.containers["task"] = {}
        self.stop("running\n")
        self.assertNotIn("storm/availability/n1", self.consul.kv)
        with mock.patch.object(storm_joiner.time, "sleep", lambda _: self.docker.containers.clear()):
            self.stop("stopping\n")
        self.assertEqual(self.consul.kv["storm/availability/n1"], "drain")

    def test_an_elastic_node_that_shuts_down_leaves_for_good(self):
        self.active()
        for elastic, state, left in ((False, "stopping\n", 0), (True, "running\n", 0), (True, "stopping\n", 1)):
            known = {**fakes.NODE, "elastic": elastic}
            with mock.patch.object(storm_joiner, "node", lambda known=known: known), \
                    mock.patch.object(subprocess, "run", return_value=mock.Mock(stdout=state)):
                storm_joiner.farewell()
            self.assertEqual(len(self.posts("/swarm/leave")), left)
            self.assertEqual(self.consul.calls.count(("PUT", "/v1/agent/leave", "")), left)

    def test_an_elastic_node_leaves_consul_also_when_its_engine_does_not_answer(self):
        known = {**fakes.NODE, "elastic": True}
        stopping = mock.patch.object(subprocess, "run", return_value=mock.Mock(stdout="stopping\n"))
        silent = mock.patch.object(storm_joiner.Docker, "post", side_effect=TimeoutError)
        with mock.patch.object(storm_joiner, "node", lambda: known), stopping, silent, self.assertRaises(TimeoutError):
            storm_joiner.farewell()
        self.assertIn(("PUT", "/v1/agent/leave", ""), self.consul.calls)

    def test_a_node_that_has_left_for_a_shutdown_does_not_join_again(self):
        with mock.patch.object(subprocess, "run", return_value=mock.Mock(stdout="stopping\n")), \
                self.assertRaisesRegex(OSError, "shuts down"):
            self.joiner.step()
        self.assertEqual(self.posts("/swarm/join"), [])
