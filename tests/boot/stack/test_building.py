import json
import unittest
from unittest import mock

from case import IMAGE, Case
from swarm import Result

import storm_images


class Building(Case):
    def build(self, **more):
        return {"image": IMAGE, "tarPath": __file__, "dockerfile": "Prod", "args": {"B": "2", "A": "1"}, "target": "t", **more}

    def test_an_image_is_built_pushed_and_kept_pulled(self):
        summary, _, _ = self.deploy(builds=[self.build()], keepImages=["other:1"])
        call = self.swarm.called("build")[0]
        self.assertEqual(call["arguments"], ["build", "--tag", IMAGE, "--file", "Prod", "--force-rm", "--build-arg", "A",
                                             "--build-arg", "B", "--target", "t", "-"])
        self.assertEqual((call["env"]["A"], call["env"]["B"]), ("1", "2"))
        self.assertTrue(call["stdin"].startswith(b"import json"))
        self.assertEqual((self.swarm.registry, summary["images"]), ({IMAGE}, [IMAGE]))
        self.assertEqual(json.loads(self.swarm.kv["storm/images"]), [IMAGE, "other:1"])

    def test_what_is_in_the_registry_is_not_built_what_is_here_is_pushed(self):
        self.swarm.registry.add(IMAGE)
        self.deploy(builds=[self.build()])
        self.assertEqual(self.swarm.called("build") + self.swarm.called("push"), [])
        self.swarm.registry.clear()
        self.swarm.images.add(IMAGE)
        self.deploy(builds=[self.build()])
        self.assertEqual((len(self.swarm.called("build")), len(self.swarm.called("push"))), (0, 1))

    def test_a_registry_that_is_starting_is_waited_for_but_not_for_ever(self):
        self.swarm.push_errors = ["dial tcp: connection refused"] * 3
        self.assertIsNone(self.deploy(builds=[self.build()])[2])
        self.swarm.registry.clear()
        self.swarm.push_errors = ["dial tcp: connection refused"] * 1000000
        with mock.patch.object(storm_images.push, "__defaults__", (0.1,)):
            text = self.deploy(builds=[self.build()])[2]
        self.assertEqual(text, f"shop: pushing {IMAGE} failed for 0.1 s: dial tcp: connection refused")

    def test_a_build_that_fails_changes_nothing_and_shows_its_end(self):
        self.swarm.build_result = Result(1, "\n".join(f"step {i}" for i in range(30)))
        text = self.deploy(builds=[self.build()])[2]
        self.assertEqual(text.split("\n")[0], f"shop: building {IMAGE} failed:")
        self.assertEqual(text.split("\n")[-1], "  | step 29")
        self.assertEqual(len(text.split("\n")), 21)
        self.assertEqual(self.swarm.called("stack"), [])

    def test_older_builds_leave_the_list_those_of_other_stacks_stay(self):
        old = [IMAGE.replace("abc", "old"), "registry.service.consul:5000/shop2/web:x", "nginx:1"]
        self.swarm.kv["storm/images"] = json.dumps(old)
        self.swarm.conflicts = 2
        self.deploy(builds=[self.build()])
        self.assertEqual(json.loads(self.swarm.kv["storm/images"]), [*old[1:], IMAGE])

    def archive(self, name):
        (self.archives / name).write_bytes(b"context")
        return str(self.archives / name)

    def left(self):
        return sorted(path.name for path in self.archives.iterdir())

    def test_archives_that_the_stack_no_longer_names_go_when_it_is_well(self):
        wanted = self.archive("shop.web.0123456789ab.tar.gz")
        for name in ["shop.web.old.tar.gz", "shop.gone.old.tar.gz", "shop-web.api.old.tar.gz", "shop2.web.old.tar.gz"]:
            self.archive(name)
        self.swarm.build_result = Result(1, "no")
        self.deploy(builds=[self.build(tarPath=wanted)])
        self.assertEqual(len(self.left()), 5)
        self.swarm.build_result = Result()
        self.deploy(builds=[self.build(tarPath=wanted)])
        self.assertEqual(self.left(), ["shop-web.api.old.tar.gz", "shop.web.0123456789ab.tar.gz", "shop2.web.old.tar.gz"])

    def test_an_archive_that_came_after_this_deploy_was_begun_is_the_next_ones(self):
        wanted, real = self.archive("shop.web.0123456789ab.tar.gz"), storm_images.build_missing

        def meanwhile(*arguments):
            self.archive("shop.web.next.tar.gz")
            return real(*arguments)

        with mock.patch.object(storm_images, "build_missing", meanwhile):
            self.deploy(builds=[self.build(tarPath=wanted)])
        self.assertEqual(self.left(), ["shop.web.0123456789ab.tar.gz", "shop.web.next.tar.gz"])

    def test_without_consul_the_deploy_goes_on(self):
        self.swarm.consul_down = True
        summary, said, _ = self.deploy(builds=[self.build()])
        self.assertEqual(summary["services"], ["shop_db", "shop_web"])
        self.assertIn("storm/images: consul is down", said)


if __name__ == "__main__":
    unittest.main()
