import os
import pathlib
import socketserver
import stat
import threading
import time
import unittest

import fakes
import storm_credentials
from storm_credentials import READ, REVOKED, SOCKET, Gate

PREFIX = "storm/credentials/revoked/"
ALICE, BOB = "4707BB4C1F0B85BF0D9D8BD91CD86EE2", "4A07BB4C1F0B85BF0D9D8BD91CD86EE3"


def end(seconds):
    return time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.server.owner.answer(self.rfile.readline().decode().strip()).encode())


class Proxy:
    """HAProxy 2.6, as it answers on its socket: the texts are its own."""

    def __init__(self):
        self.read_file()
        self.open, self.said, self.takes = {}, [], lambda word: True
        file = pathlib.Path(fakes.ROOT + SOCKET)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        self.server = fakes.UnixServer(str(file), Handler)
        self.server.owner = self
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def read_file(self):
        self.refused = pathlib.Path(fakes.ROOT + REVOKED).read_text(encoding="utf-8").split()

    def connect(self, port, serial, seconds=3600):
        self.open[port] = (serial, end(seconds))

    def answer(self, command):
        self.said.append(command)
        words = command.split()
        if words[:2] == ["show", "acl"]:
            return "".join(f"0x7fdae8048b{index:02x} {serial}\n" for index, serial in enumerate(self.refused)) + "\n"
        if words[:2] == ["add", "acl"]:
            if not self.takes(words[3]):
                return "Out of memory error.\n"
            self.refused.append(words[3])
        elif words[:2] == ["show", "table"]:
            lines = [f"0x7fdae80421a8: key=192.0.2.7:{port}:{serial}:{until} use=1 exp=8795 conn_cur=1\n"
                     for port, (serial, until) in self.open.items()]
            return f"# table: docker-api, type: string, size:10240, used:{len(lines)}\n{''.join(lines)}\n"
        elif words[:2] == ["show", "sess"]:
            lines = [f"0x7fdae804{port}: proto=tcpv4 src=192.0.2.7:{port} fe=docker-api be=dockerd srv=dockerd ts=00 age=1s\n" for port in self.open]
            other = "0x7fdae8041a40: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s\n"
            return "".join(lines) + other + "\n"
        elif words[:2] == ["shutdown", "session"]:
            del self.open[int(words[2][len("0x7fdae804"):])]
        else:
            return "Unknown command\n"
        return "\n"


class Case(unittest.TestCase):
    # What the file has when the daemon begins.
    words = ""

    def setUp(self):
        self.file = pathlib.Path(fakes.ROOT + REVOKED)
        fakes.write(REVOKED, self.words)
        self.consul, self.proxy = fakes.FakeConsul(), Proxy()
        self.consul.put("storm/nodes", {})
        self.addCleanup(self.consul.close)
        self.addCleanup(self.proxy.close)
        self.gate = Gate()

    def revoke(self, serial):
        self.consul.put(PREFIX + serial, {"person": "alice"})

    def lines(self):
        return self.file.read_text(encoding="utf-8").split()


class NewManagers(Case):
    """The proxy lets nobody in but the program's own until its list has the word READ."""

    def assert_closed(self):
        with self.assertRaises(OSError):  # for the log
            self.gate.step()
        self.assertEqual((self.lines(), self.proxy.refused), ([], []))

    def test_one_without_consul_stays_closed(self):
        self.revoke(ALICE)
        self.consul.down = True
        self.assert_closed()

    def test_the_data_of_its_own_server_alone_is_not_enough(self):
        self.consul.leader = False
        self.assert_closed()

    def test_nor_is_a_consul_that_has_lost_its_data(self):
        self.consul.delete("storm/nodes")
        self.assert_closed()

    def test_it_opens_when_it_has_the_list_and_not_a_moment_before(self):
        self.revoke(ALICE)
        self.revoke(BOB)
        self.gate.step()
        self.assertEqual(self.lines(), [ALICE, BOB, READ])
        added = [said for said in self.proxy.said if said.startswith("add acl ")]
        self.assertEqual(added, [f"add acl {REVOKED} {word}" for word in (ALICE, BOB, READ)])

    def test_a_proxy_that_does_not_take_a_serial_number_stays_closed(self):
        self.revoke(ALICE)
        self.proxy.takes = lambda word: word != ALICE
        with self.assertRaises(OSError):
            self.gate.step()
        self.assertEqual(self.proxy.refused, [])

    def test_one_of_an_earlier_version_reads_the_list_anew(self):
        fakes.write(REVOKED, f"{ALICE}\n")
        self.proxy.read_file()
        self.consul.leader = False
        with self.assertRaises(OSError):
            self.gate.step()
        self.assertEqual(self.lines(), [ALICE])
        self.consul.leader = True
        self.gate.step()
        self.assertEqual((self.lines(), self.proxy.refused), ([ALICE, READ], [ALICE, READ]))

    def test_the_first_answer_is_the_leaders_the_others_any_servers(self):
        self.gate.step()
        self.gate.index = 0
        self.gate.step()
        self.assertEqual([mode for path, mode in self.consul.reads if path == PREFIX], ["consistent", "stale"])


class Gates(Case):
    words = f"{READ}\n"

    def test_nobody_is_revoked(self):
        self.proxy.connect(4711, ALICE)
        self.gate.step()
        self.assertEqual((self.lines(), self.proxy.refused, list(self.proxy.open)), ([READ], [READ], [4711]))

    def test_who_is_revoked_gets_in_no_more_and_is_thrown_out_while_others_stay(self):
        self.proxy.connect(4711, ALICE)
        self.proxy.connect(4712, BOB)
        self.proxy.connect(4713, ALICE)
        self.revoke(ALICE)
        self.gate.step()
        self.assertEqual((self.lines(), self.proxy.refused, list(self.proxy.open)), ([ALICE, READ], [READ, ALICE], [4712]))
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)

    def test_a_change_in_consul_is_not_waited_for(self):
        self.gate.step()
        began = time.monotonic()
        threading.Timer(0.1, self.revoke, [ALICE]).start()
        self.gate.step()
        self.assertEqual(self.proxy.refused, [READ, ALICE])
        self.assertLess(time.monotonic() - began, 1.5)

    def test_what_was_said_already_is_not_said_again(self):
        self.revoke(ALICE)
        self.gate.step()
        before = self.file.stat().st_mtime_ns
        self.proxy.said.clear()
        self.gate.index = 0
        self.gate.step()
        self.assertEqual((self.proxy.said, self.file.stat().st_mtime_ns),
                         ([f"show acl {REVOKED}", "show table docker-api data.conn_cur gt 0"], before))

    def test_a_proxy_that_began_with_an_older_file_learns_the_rest(self):
        self.revoke(ALICE)
        self.gate.step()
        self.proxy.refused = []
        self.gate.step()
        self.assertEqual(self.proxy.refused, [ALICE, READ])

    def test_a_connection_ends_with_its_certificate(self):
        self.proxy.connect(4711, ALICE, seconds=-1)
        self.proxy.connect(4712, BOB, seconds=60)
        self.gate.step()
        self.assertEqual(list(self.proxy.open), [4712])

    def test_without_consul_what_is_known_holds(self):
        self.revoke(ALICE)
        self.gate.step()
        self.consul.down = True
        self.proxy.connect(4711, ALICE)
        self.proxy.connect(4712, BOB, seconds=-1)
        self.proxy.refused = []
        with self.assertRaises(OSError):  # for the log
            self.gate.step()
        self.assertEqual((self.proxy.refused, self.proxy.open), ([ALICE, READ], {}))

    def test_a_consul_that_has_lost_its_data_makes_nothing_good_again(self):
        self.revoke(ALICE)
        self.gate.step()
        self.consul.delete(PREFIX + ALICE)
        self.revoke(BOB)
        self.gate.step()
        self.assertEqual(self.lines(), [ALICE, BOB, READ])

    def test_without_a_leader_any_server_will_do(self):
        self.consul.leader = False
        self.revoke(ALICE)
        self.gate.step()
        self.assertEqual(self.proxy.refused, [READ, ALICE])

    def test_only_serial_numbers_reach_the_proxy(self):
        for name in ("x; shutdown frontend docker-api", "47 07", "alice", "", READ, "4" * 41):
            self.revoke(name)
        self.gate.step()
        self.assertEqual((self.lines(), self.proxy.refused), ([READ], [READ]))

    def test_a_command_that_the_proxy_does_not_take_is_an_error(self):
        with self.assertRaisesRegex(storm_credentials.ApiError, "Unknown command"):
            storm_credentials.tell("add nothing")

    def test_any_server_of_consul_will_do_with_the_controllers_token(self):
        fakes.write("/etc/storm/tokens/controller", "CONTROLLER")
        self.gate.step()
        self.assertEqual(self.consul.tokens, {"CONTROLLER"})


if __name__ == "__main__":
    unittest.main()
