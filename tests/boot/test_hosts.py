import getpass
import json
import os
import pathlib
import unittest
from unittest import mock

from machine import OnMachine  # it knows where boot/hosts is
import birth
import storm_restore


class Killed(BaseException):
    """SIGKILL, as far as a test can have it: nothing catches it."""


class Life(OnMachine):
    """Birth and restoration, cut off at every step."""

    def setUp(self):
        super().setUp()
        self.write("/etc/docker/daemon.json", '{"debug": true}', 0o600)
        self.write("/etc/hosts", "127.0.0.1 localhost\n")
        self.write("/etc/hostname", "plain\n")
        self.write("/run/systemd/resolve/stub-resolv.conf", "nameserver 127.0.0.53\n")
        os.symlink(f"{self.root}/run/systemd/resolve/stub-resolv.conf", f"{self.root}/etc/resolv.conf")
        self.packages, self.host_name, self.active = {"base"}, "plain", {"docker.service"}
        self.steps = self.limit = None
        for module in (birth, storm_restore):
            self.patch(module, "run", self.run_program)
        self.patch(birth, "atomic_write", self.counted(birth.atomic_write))
        for name in ("remove", "replace"):
            self.patch(storm_restore, name, self.counted(getattr(storm_restore, name)))
        self.patch(birth.socket, "gethostname", lambda: self.host_name)
        self.patch(os, "chown", lambda *_: None)
        user = getpass.getuser()
        units = ["storm-boot.service", "docker.service", "storm-certificates.timer"]
        files = [{"path": path, "content": path, "mode": "0644"} for path in (
            "/etc/storm/node.json", "/etc/consul.d/node.json", "/etc/docker/daemon.json", "/etc/systemd/system/storm-boot.service",
            "/etc/systemd/system/storm-certificates.timer", "/etc/systemd/system/docker.service.d/storm.conf",
            "/usr/local/lib/storm/storm_restore.py")]
        for file in files:
            if "/storm-" in file["path"]:
                file["content"] = "[Unit]\nDescription=Storm: a unit\n"
        # Apache Storm's.
        self.write("/etc/systemd/system/storm-nimbus.service", "[Unit]\nDescription=Storm nimbus\n")
        for target in ("timers", "multi-user"):
            os.makedirs(f"{self.root}/etc/systemd/system/{target}.target.wants")
        self.document = {"cluster": "c", "name": "node-1", "user": user, "files": files, "units": units}
        for folder in ("/etc/systemd/system", "/usr/local/lib", "/usr/local/bin", "/var/lib"):
            os.makedirs(self.root + folder, exist_ok=True)

    def step(self):
        if self.limit is not None:
            self.steps += 1
            if self.steps > self.limit:
                raise Killed()

    def counted(self, function):
        def call(*arguments):
            self.step()
            result = function(*arguments)
            self.step()  # and right behind it
            return result
        return call

    def run_program(self, *command, **_):
        self.step()
        words = list(command)
        if words[0] == "dpkg-query":
            return "".join(f"ii  {name}\n" for name in sorted(self.packages))
        if words[0].endswith("storm-install"):
            new = {"jq", "haproxy"} - self.packages
            self.write("/var/lib/storm/packages", "".join(f"{name}\n" for name in [*self.recorded(), *sorted(new)]))
            self.step()
            self.packages |= new
            self.write("/usr/local/bin/consul", "consul")
        if words[0] == "dpkg":
            self.packages -= set(words[words.index("--purge") + 1:])
        if words[0] == "hostname":
            self.host_name = words[1]
        if words[0] == "systemctl":
            return self.systemctl(*words[1:])
        self.step()
        return ""

    def recorded(self):
        file = pathlib.Path(self.root + "/var/lib/storm/packages")
        return file.read_text(encoding="utf-8").split() if file.exists() else []

    def links(self, unit):
        return f"{self.root}/etc/systemd/system/{'timers' if unit.endswith('.timer') else 'multi-user'}.target.wants/{unit}"

    def systemctl(self, verb, *units):
        if verb == "is-active":
            return "active\n" if units[0] in self.active else "inactive\n"
        if verb in ("start", "restart"):
            self.active |= {unit for unit in units if unit.endswith(".service")}
            if "storm-dns.service" in units:  # as the script does it
                pathlib.Path(self.root + "/etc/resolv.conf").unlink(missing_ok=True)
                self.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        if verb == "enable":
            for unit in (unit for unit in units if unit.startswith("storm-") and not os.path.lexists(self.links(unit))):
                os.symlink(f"/etc/systemd/system/{unit}", self.links(unit))
                self.active |= {unit} if unit.endswith(".timer") else set()
        if verb == "stop" or "--now" in units:
            self.active -= set(units)
        return "enabled\n" if verb == "is-enabled" else ""

    def machine(self):
        return self.tree(), self.packages, self.host_name, self.active

    def until_done(self, function, *arguments):
        """Kills the first run after 0 steps, the next after 1, and so on, each on what the one before left."""
        for limit in range(1000):
            self.steps, self.limit = 0, limit
            try:
                return function(*arguments), limit
            except Killed:
                continue
            finally:
                self.limit = None
        raise AssertionError("does not come to an end")

    def test_a_machine_is_as_it_was_found(self):
        before = self.machine()
        born = birth.birth(self.document)
        self.assertEqual(birth.birth(self.document), born)
        self.assertEqual((self.host_name, self.packages), ("node-1", {"base", "jq", "haproxy"}))
        self.assertFalse(os.path.islink(f"{self.root}/etc/resolv.conf"))
        # What an enrolment brings that is newer than the birth: its units, and packages that only some clusters need.
        self.write("/etc/systemd/system/storm-acme.timer", "[Unit]\nDescription=Storm: looks each minute\n")
        self.systemctl("enable", "storm-acme.timer")
        self.write("/var/lib/storm/packages", "\n".join([*self.recorded(), "lego"]))
        self.packages.add("lego")
        storm_restore.restore()
        self.assertEqual(self.machine(), before)
        self.assertEqual((storm_restore.restore(), self.machine()), ({"notes": []}, before))

    def test_killed_at_every_step_of_both(self):
        before = self.machine()
        _, steps = self.until_done(birth.birth, self.document)
        self.assertGreater(steps, 15)
        self.assertEqual(set(self.recorded()), {"haproxy", "jq"})
        _, steps = self.until_done(storm_restore.restore)
        self.assertGreater(steps, 15)
        self.assertEqual(self.machine(), before)

    def test_killed_once_at_any_step_of_the_birth_and_given_up(self):
        before = self.machine()
        done = False
        for limit in range(1000):
            self.steps, self.limit = 0, limit
            try:
                done = bool(birth.birth(self.document))
            except Killed:
                pass
            self.limit = None
            storm_restore.restore()
            self.assertEqual(self.machine(), before, f"killed after {limit} steps")
            if done:
                break
        self.assertTrue(done)

    def test_what_the_owner_came_to_need_stays_and_is_said(self):
        birth.birth(self.document)
        keep = self.run_program

        def purge(*command, **more):
            if command[0] != "dpkg":
                return keep(*command, **more)
            self.packages -= {"haproxy"}
            return ""

        with mock.patch.object(storm_restore, "run", purge):
            self.assertEqual(storm_restore.restore()["notes"], ["package jq stays: something else needs it"])

    def test_another_clusters_machine_is_left_alone(self):
        birth.birth(self.document)
        with self.assertRaisesRegex(SystemExit, "is node node-1 of the cluster c already"):
            birth.birth({**self.document, "cluster": "other"})


if __name__ == "__main__":
    unittest.main()
