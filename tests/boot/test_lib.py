import os
import stat
import threading
import time
import unittest

import fakes
import storm_lib


class Files(unittest.TestCase):
    def test_atomic_write_sets_mode_and_leaves_nothing_beside(self):
        target = fakes.ROOT + "/files/a"
        storm_lib.atomic_write(target, "one", 0o640)
        storm_lib.atomic_write(target, b"two", 0o640)
        with open(target, encoding="utf-8") as file:
            self.assertEqual(file.read(), "two")
        self.assertEqual(stat.S_IMODE(os.stat(target).st_mode), 0o640)
        self.assertEqual(os.listdir(fakes.ROOT + "/files"), ["a"])

    def test_lock_has_one_holder(self):
        order = []

        def other():
            with storm_lib.lock("test"):
                order.append("other")

        with storm_lib.lock("test"):
            thread = threading.Thread(target=other)
            thread.start()
            time.sleep(0.05)
            order.append("first")
        thread.join()
        self.assertEqual(order, ["first", "other"])


class ConsulClient(unittest.TestCase):
    def setUp(self):
        self.fake = fakes.FakeConsul()
        self.addCleanup(self.fake.close)
        self.consul = storm_lib.Consul("rotating")

    def test_token_is_read_at_each_request(self):
        self.consul.kv_get("a")
        fakes.write("/etc/storm/tokens/rotating", "one\n")
        self.consul.kv_get("a")
        fakes.write("/etc/storm/tokens/rotating", "two\n")
        self.consul.kv_get("a")
        self.assertEqual(self.fake.tokens, {"", "one", "two"})

    def test_tree_blocks_until_a_change(self):
        self.fake.put("t/a", "1")
        tree, index = self.consul.kv_tree("t/")
        self.assertEqual(tree, {"t/a": "1"})
        threading.Timer(0.1, self.fake.put, ("t/b", "2")).start()
        began = time.monotonic()
        tree, _ = self.consul.kv_tree("t/", index, "5s")
        self.assertEqual(tree, {"t/a": "1", "t/b": "2"})
        self.assertLess(time.monotonic() - began, 2)

    def test_an_index_that_went_back_starts_over(self):
        self.assertEqual(self.consul.kv_tree("t/", self.fake.index + 5, "0.1s")[1], 0)

    def test_refusal_is_an_os_error(self):
        self.fake.down = True
        with self.assertRaisesRegex(OSError, "Consul KV a: 500"):
            self.consul.kv_get("a")


class Forever(unittest.TestCase):
    def test_a_failing_step_is_tried_again(self):
        seen = []

        def step():
            seen.append(1)
            if len(seen) < 3:
                raise OSError("not yet")
            raise SystemExit

        with self.assertRaises(SystemExit):
            storm_lib.forever(step, limit=0.01)
        self.assertEqual(len(seen), 3)
