import base64
import json
import pathlib
import time
import unittest
from unittest import mock

import fakes
import storm_credentials
import storm_peers
import storm_vpn
from storm_vpn import FILE, PREFIX, Vpn

ALICE, BOB = "4707BB4C1F0B85BF0D9D8BD91CD86EE2", "4A07BB4C1F0B85BF0D9D8BD91CD86EE3"
# The last addresses of two blocks.
FIRST, SECOND = "100.64.3.255", "100.64.7.255"
NODE = {"publicKey": base64.b64encode(b"n" * 32).decode(), "address": "100.64.12.2", "endpoint": "192.0.2.2:51820"}


def key(seed):
    return base64.b64encode((seed * 32)[:32].encode()).decode()


def claim(serial, seed, seconds=3600):
    expires = time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(time.time() + seconds))
    return {"serial": serial, "person": "somebody", "publicKey": key(seed), "expires": expires}


class Machine:
    """WireGuard and the firewall, as `wg` and `nft` have them."""

    def __init__(self):
        self.peers, self.table, self.said = {NODE["publicKey"]: f"{NODE['address']}/32"}, None, []

    def run(self, *command, text=None):
        self.said.append(command)
        if command[:2] == ("wg", "show"):
            return "".join(f"{public}\t{allowed}\n" for public, allowed in self.peers.items())
        if command[:2] == ("wg", "set") and command[5] == "remove":
            del self.peers[command[4]]
        elif command[:2] == ("wg", "set"):
            if self.table is None:
                raise AssertionError("somebody is in before the firewall is there")
            allowed = command[6]
            self.peers = {public: "(none)" if other == allowed else other for public, other in self.peers.items()}
            self.peers[command[4]] = allowed
        elif command[:2] == ("nft", "list"):
            if self.table is None:
                raise storm_vpn.ApiError("No such file or directory")
        elif command == ("nft", "-f", "-"):
            self.table = text
        else:
            raise AssertionError(command)
        return ""

    def people(self):
        return {public: allowed for public, allowed in self.peers.items() if public != NODE["publicKey"]}


class People(unittest.TestCase):
    def setUp(self):
        self.file = pathlib.Path(fakes.ROOT + FILE)
        self.file.unlink(missing_ok=True)
        fakes.write(storm_credentials.REVOKED, "read\n")
        pathlib.Path(storm_peers.FILE).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(storm_peers.FILE).write_text(json.dumps({"peers": {"n2": NODE}}), encoding="utf-8")
        self.consul, self.machine = fakes.FakeConsul(), Machine()
        self.addCleanup(self.consul.close)
        patched = mock.patch.object(storm_vpn, "run", self.machine.run)
        patched.start()
        self.addCleanup(patched.stop)
        self.vpn = Vpn()

    def enter(self, address, value):
        self.consul.put(f"{PREFIX}vpn/{address}", value)

    def look(self):
        """Without the wait for a change."""
        self.vpn.index = 0
        self.vpn.step()

    def test_nobody_is_in_and_the_firewall_is_there_already(self):
        self.look()
        self.assertEqual((self.machine.people(), self.file.exists()), ({}, False))
        self.assertIn("ip saddr 100.64.0.0-100.111.255.255 ip saddr & 0.0.3.255 == 0.0.3.255 jump person", self.machine.table)
        self.assertIn('iifname != "storm0" drop\n    ip daddr != 100.64.12.1 drop\n    tcp dport { 53, 443, 2376, 8501 } accept\n',
                      self.machine.table)

    def test_who_is_entered_is_in_with_one_address_and_storm_mesh_will_know(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.enter(SECOND, claim(BOB, "b"))
        self.look()
        self.assertEqual(self.machine.people(), {key("a"): f"{FIRST}/32", key("b"): f"{SECOND}/32"})
        self.assertEqual(self.file.read_text(encoding="utf-8"),
                         "".join(f"[Peer]\nPublicKey = {key(seed)}\nAllowedIPs = {address}/32\n"
                                 for seed, address in (("a", FIRST), ("b", SECOND))))
        self.assertEqual(self.machine.peers[NODE["publicKey"]], "100.64.12.2/32")

    def test_who_is_revoked_is_out_and_others_stay(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.enter(SECOND, claim(BOB, "b"))
        self.look()
        self.consul.put(f"{PREFIX}revoked/{ALICE}", {"person": "alice"})
        self.look()
        self.assertEqual(self.machine.people(), {key("b"): f"{SECOND}/32"})
        self.assertNotIn(key("a"), self.file.read_text(encoding="utf-8"))

    def test_a_peer_ends_with_its_credential_also_without_consul(self):
        self.enter(FIRST, claim(ALICE, "a", seconds=2))
        self.enter(SECOND, claim(BOB, "b"))
        self.look()
        self.assertEqual(len(self.machine.people()), 2)
        self.consul.down = True
        with mock.patch.object(storm_vpn.time, "time", return_value=time.time() + 3), self.assertRaises(OSError):  # for the log
            self.look()
        self.assertEqual(self.machine.people(), {key("b"): f"{SECOND}/32"})

    def test_what_this_manager_knows_of_revoked_ones_holds_when_consul_has_lost_it(self):
        fakes.write(storm_credentials.REVOKED, f"{ALICE}\nread\n")
        self.enter(FIRST, claim(ALICE, "a"))
        self.look()
        self.assertEqual(self.machine.people(), {})

    def test_a_manager_that_has_not_read_who_was_revoked_lets_nobody_in(self):
        fakes.write(storm_credentials.REVOKED, "")
        self.enter(FIRST, claim(ALICE, "a"))
        self.look()
        self.assertEqual(self.machine.people(), {})
        fakes.write(storm_credentials.REVOKED, "read\n")
        self.look()
        self.assertEqual(self.machine.people(), {key("a"): f"{FIRST}/32"})

    def test_a_consul_that_has_lost_its_data_lets_nobody_in(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.look()
        self.consul.delete(f"{PREFIX}vpn/{FIRST}")
        self.look()
        self.assertEqual(self.machine.people(), {})

    def test_an_address_that_has_a_new_owner_is_nobody_elses(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.look()
        self.enter(FIRST, claim(BOB, "b"))
        self.look()
        self.assertEqual(self.machine.people(), {key("b"): f"{FIRST}/32"})

    def test_what_others_did_to_wireguard_and_the_firewall_is_put_right(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.look()
        self.machine.peers = {NODE["publicKey"]: "100.64.12.2/32", key("b"): f"{SECOND}/32"}
        self.machine.table = None
        self.look()
        self.assertEqual(self.machine.people(), {key("a"): f"{FIRST}/32"})
        self.assertIsNotNone(self.machine.table)

    def test_what_is_so_already_is_not_done_again(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.look()
        self.machine.said.clear()
        before = self.file.stat().st_mtime_ns
        self.look()
        self.assertEqual(self.machine.said, [("nft", "list", "table", "inet", "storm_vpn"), ("wg", "show", "storm0", "allowed-ips")])
        self.assertEqual(self.file.stat().st_mtime_ns, before)

    def test_no_node_and_no_other_address_becomes_a_person(self):
        good = claim(ALICE, "a")
        for address in ("100.64.12.2", "100.64.3.254", "100.64.4.0", "100.112.3.255", "10.0.3.255", "100.64.3.255/16", "x", ""):
            self.enter(address, good)
        for number, bad in enumerate(({"publicKey": NODE["publicKey"]}, {"publicKey": "short"}, {"publicKey": None}, {"serial": "x y"},
                                      {"serial": 7}, {"expires": "2026-13-01T00:00:00Z"}, {"expires": "never"}, {"expires": None})):
            self.enter(f"100.64.{16 + 4 * number + 3}.255", {**good, **bad})
        self.enter(SECOND, "no JSON")
        self.look()
        self.assertEqual((self.machine.people(), self.machine.peers[NODE["publicKey"]]), ({}, "100.64.12.2/32"))

    def test_one_mesh_key_is_one_person(self):
        self.enter(FIRST, claim(ALICE, "a"))
        self.enter(SECOND, claim(BOB, "a"))
        self.look()
        self.assertEqual(self.machine.people(), {key("a"): f"{FIRST}/32"})

    def test_it_says_how_this_manager_is_reached(self):
        own = {"publicKey": key("o"), "endpoint": "192.0.2.1:51820"}
        self.look()
        self.assertEqual([name for name in self.consul.kv if "managers/" in name], [])
        self.consul.put("mesh/peers/local/local/n1", {**own, "address": "100.64.12.1"})
        self.look()
        wanted = {**own, "address": "100.64.12.1", "meshCidr": "100.64.0.0/10"}
        self.assertEqual(json.loads(self.consul.kv[f"{PREFIX}managers/n1"]), wanted)
        self.look()
        self.assertEqual(sum(call[0] == "PUT" for call in self.consul.calls), 1)

    def test_with_the_controllers_token(self):
        fakes.write("/etc/storm/tokens/controller", "CONTROLLER")
        self.look()
        self.assertEqual(self.consul.tokens, {"CONTROLLER"})


if __name__ == "__main__":
    unittest.main()
