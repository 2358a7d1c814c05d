import base64
import getpass
import gzip
import json
import os
import unittest
from unittest import mock

import fakes
import storm_apply


def document(content, **more):
    user = getpass.getuser()
    packed = [{"path": "/usr/local/lib/storm/x.py", "content": "script", "mode": "0755", "owner": f"{user}:{user}"}]
    files = [{"path": "/etc/consul.d/secrets.json", "content": json.dumps({"acl": {"tokens": {}}}), "owner": f"{user}:{user}"},
             {"path": "/etc/storm/cert.pem", "content": content, "owner": f"{user}:{user}", "units": ["a.service"]}]
    return {"packed": base64.b64encode(gzip.compress(json.dumps(packed).encode())).decode(), "files": files, "start": [], **more}


class Enrol(unittest.TestCase):
    def setUp(self):
        self.calls, self.fail = [], False
        for name, value in [("systemctl", self.systemctl), ("public_key", lambda: "key"),
                            ("node", lambda: {"name": "n1", "consul": {"server": False}})]:
            patch = mock.patch.object(storm_apply, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        for folder in ("/run/storm", "/etc/storm", "/etc/consul.d", "/usr/local/lib/storm"):
            os.makedirs(fakes.ROOT + folder, exist_ok=True)

    def systemctl(self, *arguments):
        if self.fail and arguments[0] == "try-reload-or-restart":
            raise SystemExit("cut off")
        self.calls.append(arguments)

    def reloads(self):
        return [call[1:] for call in self.calls if call[0] == "try-reload-or-restart"]

    def test_files_arrive_and_only_what_changed_is_reloaded(self):
        storm_apply.enroll(document("one"))
        storm_apply.enroll(document("one"))
        self.assertEqual(self.reloads(), [("a.service",)])
        with open(fakes.ROOT + "/usr/local/lib/storm/x.py", encoding="utf-8") as file:
            self.assertEqual(file.read(), "script")

    def test_a_run_that_was_cut_off_before_the_reload_leaves_it_to_the_next(self):
        self.fail = True
        with self.assertRaises(SystemExit):
            storm_apply.enroll(document("two"))
        self.fail = False
        storm_apply.enroll(document("two"))
        storm_apply.enroll(document("two"))
        self.assertEqual(self.reloads(), [("a.service",)])

    def test_a_node_keeps_its_role_and_nothing_is_written(self):
        with self.assertRaisesRegex(SystemExit, "n1 was made as a worker and is to become a manager"):
            storm_apply.enroll(document("three", acl={}))
        self.assertEqual(self.calls, [])


if __name__ == "__main__":
    unittest.main()
