import os
import socket
import unittest
from unittest import mock

import fakes
import storm_apply
import storm_round_trips

MANAGERS = {"n1": "100.64.12.1", "n2": "100.64.12.2", "n3": "100.64.12.3"}
DOCUMENT = {"managers": MANAGERS, "limitMs": 50, "tries": 3, "patienceSeconds": 0.5}


class RoundTrips(unittest.TestCase):
    def setUp(self):
        self.took = {"100.64.12.2": 0.010, "100.64.12.3": 0.020}
        self.clock = 0.0
        for target, name, value in ((storm_round_trips.socket, "create_connection", self.connect),
                                    (storm_round_trips.time, "perf_counter", lambda: self.clock),
                                    (storm_round_trips, "node", lambda: fakes.NODE)):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        os.makedirs(fakes.ROOT + "/etc/storm", exist_ok=True)
        self.addCleanup(storm_round_trips.release)

    def connect(self, address, timeout):
        self.assertEqual(address[1], 9)
        took = self.took[address[0]]
        if took is None:
            raise TimeoutError("timed out")
        self.clock += took
        raise ConnectionRefusedError

    def held(self):
        return os.path.exists(fakes.ROOT + storm_round_trips.HOLD)

    def test_measures_the_others_and_lets_consul_start(self):
        self.assertTrue(storm_round_trips.hold())
        figures = storm_round_trips.measure(DOCUMENT)
        self.assertEqual(figures, {"n2": {"meanMs": 10, "worstMs": 10}, "n3": {"meanMs": 20, "worstMs": 20}})
        self.assertFalse(self.held())

    def test_a_distant_manager_ends_it_before_there_is_a_quorum(self):
        storm_round_trips.hold()
        self.took["100.64.12.3"] = 0.081
        with self.assertRaisesRegex(SystemExit, r"from n1 to n3 81 ms \(worst 81 ms\): managers may be 50 ms apart at most.*role: manager"):
            storm_round_trips.measure(DOCUMENT)
        self.assertTrue(self.held())

    def test_an_existing_quorum_is_left_alone(self):
        data = fakes.ROOT + storm_round_trips.DATA
        os.makedirs(data)
        self.addCleanup(os.rmdir, data)
        self.assertFalse(storm_round_trips.hold())
        self.took["100.64.12.3"] = 0.081
        self.assertEqual(storm_round_trips.measure(DOCUMENT)["n3"]["meanMs"], 81)

    def test_one_that_is_away_does_not_stop_the_others(self):
        storm_round_trips.hold()
        self.took["100.64.12.3"] = None
        self.assertEqual(list(storm_round_trips.measure(DOCUMENT)), ["n2"])

    def test_too_few_for_a_quorum_are_named(self):
        storm_round_trips.hold()
        self.took = dict.fromkeys(self.took)
        with self.assertRaisesRegex(SystemExit, "n1 reaches too few managers.*n2 .100.64.12.2.: timed out; n3"):
            storm_round_trips.measure(DOCUMENT)
        self.assertTrue(self.held())


class Apply(unittest.TestCase):
    """Enrolling holds Consul, introducing the peers lets it start."""

    def setUp(self):
        self.commands, self.waited = [], []
        for name, value in (("systemctl", lambda *words: self.commands.append(words)), ("public_key", lambda: "key"),
                            ("wait_active", self.waited.append), ("node", lambda: {"name": "n1", "consul": {"server": True}}),
                            ("write_files", lambda _: []), ("before_rotation", lambda _: None), ("unpacked", lambda _: [])):
            patch = mock.patch.object(storm_apply, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(storm_round_trips.release)

    def test_consul_waits_for_the_measurement(self):
        units = ["storm-mesh.service", "consul.service"]
        storm_apply.enroll({"packed": "", "files": [], "acl": {}, "start": units})
        storm_apply.enroll({"packed": "", "files": [], "acl": {}, "start": units, "hold": True})
        self.assertEqual(self.waited, [units, ["storm-mesh.service"]])
        self.assertTrue(os.path.exists(fakes.ROOT + storm_round_trips.HOLD))
        self.commands.clear()
        with mock.patch.object(storm_apply.subprocess, "run"), mock.patch.object(storm_round_trips, "measure", lambda _: {"n2": 1}):
            self.assertEqual(storm_apply.peers({"peers": {}, "measure": DOCUMENT})["roundTrips"], {"n2": 1})
            self.assertEqual(self.commands, [("start", "consul.service")])
            self.assertEqual(list(storm_apply.peers({"peers": {}})), ["peers"])

    def test_a_closed_port_answers(self):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            with mock.patch.object(storm_round_trips, "PORT", one.getsockname()[1]):
                self.assertLess(storm_round_trips.once("127.0.0.1"), 1000)
