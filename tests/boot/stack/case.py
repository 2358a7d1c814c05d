"""What the tests of a stack's deploy have in common."""
import io
import json
import pathlib
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from swarm import Swarm

import storm_convergence
import storm_images
import storm_stack

IMAGE = "registry.service.consul:5000/shop/web:abc"


def document(**more):
    return {"stack": "shop", "compose": {"services": {"web": {"image": "w:1"}, "db": {"image": "d:1"}}},
            "configs": [{"name": "shop_c_1", "content": "config content"}],
            "secrets": [{"name": "shop_s_1", "content": "CANARY-one\nCANARY-two"}], "timeoutSeconds": 0.3, **more}


class Case(unittest.TestCase):
    def setUp(self):
        self.swarm = Swarm()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.archives = pathlib.Path(folder.name)
        for target, name, value in [
                (storm_convergence, "PAUSE", 0), (storm_convergence, "PATIENCE", 0), (storm_images, "PUSH_SECONDS", 0.3),
                (storm_images, "ARCHIVES", folder.name),
                (storm_stack.time, "sleep", lambda _: None), (storm_stack.subprocess, "run", self.swarm.run)]:
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        patch = mock.patch.dict(sys.modules, {"storm_lib": self.swarm.library()})
        patch.start()
        self.addCleanup(patch.stop)

    def deploy(self, **more):
        """(summary or None, everything said, exit text)"""
        out, err, text = io.StringIO(), io.StringIO(), None
        with mock.patch.object(sys, "stdin", io.StringIO(json.dumps(document(**more)))), redirect_stdout(out), redirect_stderr(err):
            try:
                storm_stack.main()
            except SystemExit as end:
                text = str(end)
        self.assertNotIn("CANARY", out.getvalue() + err.getvalue() + str(text))
        for call in self.swarm.calls:
            self.assertNotIn("CANARY", json.dumps(call["arguments"]))
        return json.loads(out.getvalue()) if text is None else None, err.getvalue(), text

    def services(self):
        return {name: service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] for name, service in self.swarm.services.items()}
