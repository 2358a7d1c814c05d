"""storm-install on a tree of its own, with an apt that says what it was asked for."""
import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / "boot" / "scripts" / "storm-install")
APT = """#!/bin/sh
echo "$*" >>"$STORM_ROOT/asked"
case "$*" in
*--simulate*)
  echo 'Inst liblua5.3-0 (5.3.6-2 Debian:12/stable [amd64])'
  echo 'Inst libc6 [2.36-9] (2.36-10 Debian:12/stable [amd64])'
  echo 'Inst lego (4.9.1-1 Debian:12/stable [amd64])'
  echo 'Conf lego (4.9.1-1 Debian:12/stable [amd64])' ;;
*" install "*)
  cp "$STORM_ROOT/var/lib/storm/packages" "$STORM_ROOT/written-before"
  cp "$STORM_ROOT/usr/sbin/policy-rc.d" "$STORM_ROOT/policy" ;;
esac
"""


class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "usr/sbin").mkdir(parents=True)
        everywhere = ("dockerd", "wg", "jq", "dnsmasq", "haproxy", "nft", "curl", "unzip")
        for name in (*everywhere, "id", "install"):
            self.program(f"bin/{name}", "#!/bin/sh\n")
        self.program("bin/apt-get", APT)
        self.program("usr/local/bin/consul", "")

    def program(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def install(self, *wanted):
        environment = {**os.environ, "STORM_ROOT": str(self.root), "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        done = subprocess.run([SCRIPT, *wanted], capture_output=True, text=True, check=False, env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def test_where_nothing_is_missing_nobody_is_asked(self):
        self.install("jq:jq")
        self.assertFalse((self.root / "asked").exists())
        self.assertFalse((self.root / "var/lib/storm/packages").exists())

    def test_what_comes_new_is_written_down_before_it_comes_and_what_is_renewed_is_not(self):
        self.install("storm-no-such-program:lego")
        self.assertEqual(self.read("written-before"), "liblua5.3-0\nlego\n")
        self.assertIn("install -y --no-install-recommends lego", self.read("asked"))

    def test_what_was_written_down_stays(self):
        (self.root / "var/lib/storm").mkdir(parents=True)
        (self.root / "var/lib/storm/packages").write_text("jq\n", encoding="utf-8")
        self.install("storm-no-such-program:lego")
        self.assertEqual(self.read("var/lib/storm/packages"), "jq\nliblua5.3-0\nlego\n")

    def test_nothing_starts_while_it_is_installed(self):
        self.install("storm-no-such-program:lego")
        self.assertIn("exit 101", self.read("policy"))
        self.assertFalse((self.root / "usr/sbin/policy-rc.d").exists())


if __name__ == "__main__":
    unittest.main()
