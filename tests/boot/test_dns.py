"""storm-dns on a tree of its own, with a dnsmasq that writes down what it was told."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / "boot" / "scripts" / "storm-dns")
OURS = "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n"


class Dns(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("etc/storm", "var/lib/storm", "run/systemd/resolve", "bin"):
            (self.root / name).mkdir(parents=True)
        self.write("etc/storm/node.json", json.dumps({"domain": "dev.storm.example.com", "mesh": {"address": "100.64.0.1"},
                                                      "nodeLocalAddress": "169.254.1.1"}))
        self.write("bin/dnsmasq", f'#!/bin/sh\nprintf "%s\\n" "$@" >{self.root}/told\n')
        (self.root / "bin/dnsmasq").chmod(0o755)

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")

    def resolv(self):
        return (self.root / "etc/resolv.conf").read_text(encoding="utf-8")

    def start(self):
        """The servers that dnsmasq got."""
        environment = {**os.environ, "STORM_ROOT": str(self.root), "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        done = subprocess.run([SCRIPT], capture_output=True, text=True, check=False, env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = (self.root / "told").read_text(encoding="utf-8").splitlines()
        return [word.partition("=")[2] for word in told if word.startswith("--server=")]

    def resolved(self, *servers):
        """What systemd-resolved makes, and makes again whenever the network changes."""
        stub, real = self.root / "run/systemd/resolve/stub-resolv.conf", self.root / "run/systemd/resolve/resolv.conf"
        stub.write_text("# by resolved\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n", encoding="utf-8")
        real.write_text("".join(f"nameserver {server}\n" for server in servers), encoding="utf-8")

    def test_it_is_started_when_dnsmasq_answers_and_no_sooner(self):
        self.write("etc/resolv.conf", "nameserver 10.0.0.2\n")
        self.start()
        told = (self.root / "told").read_text(encoding="utf-8").splitlines()
        unit = pathlib.Path(SCRIPT).parents[1].joinpath("units/storm-dns.service").read_text(encoding="utf-8")
        files = [word.partition("=")[2] for word in told if word.startswith("--pid-file=")]
        self.assertEqual(files, [line.partition("=")[2] for line in unit.splitlines() if line.startswith("PIDFile=")])
        self.assertIn("Type=forking\n", unit)
        self.assertNotIn("--keep-in-foreground", told)

    CONSUL = ["/consul/127.0.0.1#8600", "/service.dev.storm.example.com/127.0.0.1#8600"]

    def test_a_file_is_written_through_as_it_may_be_a_mount(self):
        self.write("etc/resolv.conf", "nameserver 10.0.0.2\nnameserver fd00::2\n")
        before = os.stat(self.root / "etc/resolv.conf").st_ino
        self.assertEqual(self.start(), [*self.CONSUL, "10.0.0.2", "fd00::2"])
        self.assertEqual((self.resolv(), os.stat(self.root / "etc/resolv.conf").st_ino), (OURS, before))

    def test_ubuntu_the_link_goes_and_the_next_network_event_changes_nothing(self):
        self.resolved("10.0.0.2", "10.0.0.3")
        (self.root / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
        self.assertEqual(self.start(), [*self.CONSUL, "10.0.0.2", "10.0.0.3"])
        # With ours in its place, resolved takes ours for a server to ask.
        self.resolved("127.0.0.1", "10.0.0.2")
        self.assertEqual(self.resolv(), OURS)
        self.assertEqual(self.start(), [*self.CONSUL, "10.0.0.2", "10.0.0.3"])

    def test_a_link_to_resolveds_other_file_and_a_plain_file_that_names_its_stub(self):
        self.resolved("10.0.0.2")
        (self.root / "etc/resolv.conf").symlink_to("../run/systemd/resolve/resolv.conf")
        self.assertEqual(self.start()[2:], ["10.0.0.2"])
        (self.root / "var/lib/storm/upstream-dns").unlink()
        self.write("etc/resolv.conf", "nameserver 127.0.0.53\n")
        self.assertEqual(self.start()[2:], ["10.0.0.2"])

    def test_cut_off_before_the_upstreams_were_kept_it_never_asks_itself(self):
        self.write("etc/resolv.conf", OURS)
        self.assertEqual(self.start(), self.CONSUL)


if __name__ == "__main__":
    unittest.main()
