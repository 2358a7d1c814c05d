import json
import os
import unittest

from machine import OnMachine  # it knows where boot/hosts is
import check

TCP = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


class Check(OnMachine):
    DOCUMENT = {"cluster": "c", "name": "n", "ports": {"tcp": [53, 80], "udp": [51820]}, "cidrs": ["100.64.0.0/10"],
                "memoryMiB": 900}

    def setUp(self):
        super().setUp()
        self.patch(check, "wireguard", lambda: [])
        self.patch(check.shutil, "which", lambda name: f"/usr/bin/{name}")
        self.write("/etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
        self.write("/etc/machine-id", "abc\n")
        self.write("/proc/meminfo", "MemTotal:        2048000 kB\n")
        self.write("/run/systemd/system/x", "")

    def findings(self):
        return check.check(self.DOCUMENT)["findings"]

    def test_a_bare_machine_passes(self):
        self.assertEqual(self.findings(), [])

    def test_everything_that_is_wrong_is_said_in_one_go(self):
        self.write("/etc/os-release", 'ID=fedora\nVERSION_ID="41"\nPRETTY_NAME="Fedora 41"\n')
        self.write("/proc/meminfo", "MemTotal:        512000 kB\n")
        self.write("/etc/machine-id", "")
        self.write("/var/lib/docker/containers/x", "")
        self.write("/etc/consul.d/consul.hcl", "")
        os.makedirs(self.root + "/etc/systemd/system")
        os.symlink("/dev/null", f"{self.root}/etc/systemd/system/docker.service")
        self.write("/proc/net/tcp", TCP + "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n")
        self.write("/proc/net/udp", TCP + "   0: 00000000:CA6C 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2\n")
        self.write("/proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nts0\t00006464\t0\t1\t0\t0\t0\t0000FFFF\n")
        expected = ["Fedora 41", "500 MiB of memory", "80/tcp is taken", "51820/udp is taken", "100.100.0.0/16 to ts0", "Docker containers",
                    "masked", "Consul of its own", "machine-id"]
        found = self.findings()
        self.assertEqual(len(found), len(expected), found)
        for words, finding in zip(expected, found):
            self.assertIn(words, finding)

    def test_another_loopback_address_is_no_conflict(self):
        resolved = "   0: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n"
        self.write("/proc/net/tcp", TCP + resolved)
        self.assertEqual(self.findings(), [])

    def test_its_own_node_is_not_asked_for_free_ports_and_another_clusters_is_refused(self):
        self.write("/proc/net/tcp", TCP + "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n")
        self.write(check.FOUND, json.dumps({"cluster": "c", "name": "n"}))
        self.assertEqual(self.findings(), [])
        self.write(check.FOUND, json.dumps({"cluster": "other", "name": "n"}))
        self.assertEqual([finding[:32] for finding in self.findings()], ["is node n of the cluster other a"])


if __name__ == "__main__":
    unittest.main()
