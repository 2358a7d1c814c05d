import io
import json
import time
import unittest
from contextlib import redirect_stderr
from unittest import mock

from case import IMAGE, Case

import storm_images
import storm_stack
import storm_stacks


class Removal(Case):
    def keep(self, *names):
        with redirect_stderr(io.StringIO()):
            return storm_stacks.keep({"keep": list(names)})["removed"]

    def test_a_stack_that_storm_yml_no_longer_has_goes_with_its_contents(self):
        self.swarm.consul_down = False
        self.deploy()
        (self.archives / "shop.web.old.tar.gz").write_bytes(b"")
        (self.archives / "other.web.old.tar.gz").write_bytes(b"")
        self.swarm.kv["storm/images"] = json.dumps([IMAGE, "registry.service.consul:5000/shop2/web:1", "redis:7"])
        self.assertEqual(self.keep("other"), ["shop"])
        self.assertEqual(self.services(), {})
        self.assertEqual([path.name for path in self.archives.iterdir()], ["other.web.old.tar.gz"])
        self.assertEqual(self.swarm.contents, {"config": {}, "secret": {}})
        self.assertEqual(json.loads(self.swarm.kv["storm/images"]), ["registry.service.consul:5000/shop2/web:1", "redis:7"])
        self.assertEqual(self.keep("other"), [])

    def test_a_stack_that_is_kept_and_one_that_others_deployed_stay(self):
        self.deploy()
        self.swarm.update("theirs_web", "theirs", {"image": "t:1"})
        self.assertEqual(self.keep("shop"), [])
        self.assertEqual(sorted(self.services()), ["shop_db", "shop_web", "theirs_web"])

    def test_a_deploy_that_is_cut_off_is_known_before_its_first_part_is_made(self):
        with mock.patch.object(storm_images, "build_missing", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            storm_stack.run({"stack": "shop", "compose": {}}, [], time.time())
        self.assertEqual(self.keep(), ["shop"])

    def test_what_is_cut_off_in_the_middle_goes_on(self):
        self.deploy()
        with mock.patch.object(storm_stack, "remove_unused", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            self.keep()
        self.assertEqual(self.keep(), ["shop"])
        self.assertEqual(self.swarm.contents, {"config": {}, "secret": {}})


if __name__ == "__main__":
    unittest.main()
