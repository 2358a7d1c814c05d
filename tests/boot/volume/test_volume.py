"""storm-volume on loop devices, with the real file system tools. tests/boot/volume.test.ts asks `loops_work` first."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = str(pathlib.Path(__file__).resolve().parents[3] / "boot" / "scripts" / "storm-volume")
SIZE = 24 * 1024 * 1024


def loop(image):
    done = subprocess.run(["losetup", "-f", "--show", image], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def loops_work():
    with tempfile.NamedTemporaryFile() as image:
        image.truncate(SIZE)
        try:
            device = loop(image.name)
        except OSError:
            return False
        if device:
            subprocess.run(["losetup", "-d", device], check=True)
        return bool(device)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.root = folder.name
        self.addCleanup(folder.cleanup)
        self.target = self.root + "/var/lib/docker/volumes"
        os.makedirs(self.root + "/etc/storm")
        self.device = None
        self.tell()

    def tell(self):
        volume = {"volume": {"device": self.device}} if self.device else {}
        pathlib.Path(self.root, "etc/storm/node.json").write_text(json.dumps(volume), encoding="utf-8")

    def run_script(self, **environment):
        return subprocess.run([SCRIPT], capture_output=True, text=True, check=False,
                              env={**os.environ, "STORM_ROOT": self.root, "STORM_VOLUME_SECONDS": "1", **environment})


class WithoutDisk(Case):
    def test_a_node_without_a_disk_of_its_own_has_nothing_to_do(self):
        self.assertEqual(self.run_script().returncode, 0)
        self.assertFalse(os.path.exists(self.target))

    def test_a_disk_that_does_not_appear_stops_it(self):
        self.device = "/dev/disk/by-id/none"
        self.tell()
        done = self.run_script()
        self.assertEqual((done.returncode, done.stderr),
                         (1, "storm-volume: /dev/disk/by-id/none did not appear within 1 s\n"))


class WithDisk(Case):
    def setUp(self):
        super().setUp()
        self.attach()

    def attach(self):
        """A new, empty disk."""
        image = tempfile.NamedTemporaryFile()
        image.truncate(SIZE)
        self.device = loop(image.name)
        self.addCleanup(image.close)
        self.addCleanup(subprocess.run, ["losetup", "-d", self.device], check=True)
        self.addCleanup(self.unmount)
        self.tell()
        return image.name

    def unmount(self):
        subprocess.run(["umount", self.target], capture_output=True, check=False)

    def mounted(self):
        return os.path.ismount(self.target)

    def refused(self, words):
        done = self.run_script()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertFalse(self.mounted())

    def works(self):
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.mounted())

    def test_an_empty_disk_gets_a_file_system_and_keeps_it(self):
        self.works()
        self.assertEqual((os.listdir(self.target), os.stat(self.target).st_mode & 0o777), ([], 0o701))
        pathlib.Path(self.target, "data").write_text("kept", encoding="utf-8")
        self.works()  # as when the unit is started again
        self.unmount()
        self.works()  # as after a reboot
        self.assertEqual(pathlib.Path(self.target, "data").read_text(encoding="utf-8"), "kept")

    def test_a_new_machine_finds_the_data_of_the_last_one(self):
        self.works()
        pathlib.Path(self.target, "data").write_text("kept", encoding="utf-8")
        self.unmount()
        os.unlink(self.root + "/var/lib/storm/volume-uuid")
        self.works()
        self.assertEqual(os.listdir(self.target), ["data"])

    def test_a_format_that_was_cut_off_is_made_again(self):
        # mkfs has written some of its tables, and not the superblock, which comes last
        with open(self.device, "r+b") as disk:
            disk.seek(4 * 1024 * 1024)
            disk.write(b"\xff" * 65536)
        self.works()

    def test_what_is_no_empty_disk_is_left_as_it_is(self):
        def partitions():
            entry = b"\x00\x00\x02\x00\x83\x00\x00\x00" + (2048).to_bytes(4, "little") + (4096).to_bytes(4, "little")
            with open(self.device, "r+b") as disk:
                disk.write(bytes(446) + entry + bytes(48) + b"\x55\xaa")

        for kind, words in ((lambda: subprocess.run(["mkswap", self.device], capture_output=True, check=True), "TYPE=swap"),
                            (partitions, "PTTYPE=dos")):
            kind()
            with open(self.device, "rb") as disk:
                before = disk.read()
            self.refused(words)
            with open(self.device, "rb") as disk:
                self.assertEqual(disk.read(), before)
            subprocess.run(["wipefs", "-qa", self.device], check=True)

    def test_another_disk_in_the_place_of_the_nodes_own(self):
        self.works()
        self.unmount()
        self.attach()
        self.refused("is empty, but this node's volumes are on file system")
        subprocess.run(["mkfs.ext4", "-q", self.device], check=True)
        self.refused("but this node's volumes are on")

    def test_another_file_system_where_volumes_belong(self):
        os.makedirs(self.target)
        subprocess.run(["mkfs.ext4", "-q", self.device], check=True)
        subprocess.run(["mount", self.device, self.target], check=True)
        self.attach()
        done = self.run_script()
        self.assertIn(f"{self.target} is file system", done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_a_damaged_file_system_is_not_mounted(self):
        self.works()
        self.unmount()
        subprocess.run(["debugfs", "-w", "-R", "clri <2>", self.device], capture_output=True, check=True)
        self.refused("cannot be mounted")


if __name__ == "__main__":
    unittest.main()
