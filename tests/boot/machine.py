"""A machine that exists already, for tests of boot/hosts."""
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
from unittest import mock

import fakes  # its scripts' folder is what ours lies beside

sys.path.insert(0, str(pathlib.Path(fakes.__file__).resolve().parents[2] / "boot" / "hosts"))


class OnMachine(unittest.TestCase):
    """A machine of its own for each test, as a tree of files and what the programs on it would say."""

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="storm-host-")
        self.addCleanup(shutil.rmtree, self.root, True)
        patch = mock.patch.dict(os.environ, {"STORM_ROOT": self.root})
        patch.start()
        self.addCleanup(patch.stop)

    def patch(self, module, name, value):
        patch = mock.patch.object(module, name, value)
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, name, text, mode=0o644):
        target = pathlib.Path(self.root + name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def tree(self):
        found = {}
        for folder, folders, files in os.walk(self.root):
            for name in [*folders, *files]:
                full = os.path.join(folder, name)
                key = os.path.relpath(full, self.root)
                if os.path.islink(full):
                    found[key] = os.readlink(full)
                elif os.path.isdir(full):
                    found[key] = "folder"
                else:
                    found[key] = (pathlib.Path(full).read_text(encoding="utf-8"), os.stat(full).st_mode)
        return found
