import unittest

from case import IMAGE, Case
from swarm import Result

import storm_stack

BUILD = {"image": IMAGE, "tarPath": __file__, "args": {"TOKEN": "CANARY-token"}}


class Hiding(Case):
    def test_a_task_that_prints_a_value_of_the_env_file_shows_none_of_it(self):
        self.swarm.behaviour["shop_web"] = "fail"
        self.swarm.logs = "cannot connect to postgres://shop:CANARY-word@db\n"
        text = self.deploy(hidden=["postgres://shop:CANARY-word@db", "CANARY-word"], timeoutSeconds=30)[2]
        self.assertIn("  | cannot connect to ***\n", text)

    def with_secrets(self, *keys):
        """Text of a failed deploy of a web that has these, of which the document knows the content of `word` alone."""
        self.swarm.behaviour["shop_web"] = "fail"
        self.swarm.logs = "the word is CANARY-one\n"
        secrets = {"word": {"external": True, "name": "shop_s_1"}, "key": {"external": True, "name": "shop_key_2"}}
        services = {"web": {"image": "w:1", "secrets": [{"source": key, "target": key} for key in keys]}, "db": {"image": "d:1"}}
        return self.deploy(compose={"services": services, "secrets": secrets}, timeoutSeconds=30)[2]

    def test_a_task_with_a_secret_that_is_in_the_swarm_alone_shows_nothing_of_its_log(self):
        text = self.with_secrets("word", "key")
        self.assertIn("task web.1 on local-1 is failed: task: non-zero exit (3)\n"
                      "  (no log lines: they may show secret shop_key_2, whose value is not known here; "
                      "npx storm logs shop_web has them while it is there)\n", text)
        self.assertNotIn("the word is", text)
        self.assertEqual(self.swarm.called("service", "logs"), [])

    def test_one_whose_secrets_are_of_the_file_shows_its_log(self):
        self.assertIn("  | the word is ***\n", self.with_secrets("word"))

    def test_a_build_that_prints_a_value_of_the_env_file_shows_none_of_it(self):
        self.swarm.build_result = Result(1, "npm error //registry/:_authToken=CANARY-token is refused")
        text = self.deploy(builds=[BUILD], hidden=["CANARY-token"])[2]
        self.assertEqual(text.split("\n")[1], "  | npm error //registry/:_authToken=*** is refused")

    def test_what_is_said_meanwhile_is_masked_too(self):
        self.swarm.push_errors = ["unauthorized: CANARY-token"]
        _, said, _ = self.deploy(builds=[BUILD], hidden=["CANARY-token"])
        self.assertIn(f"pushing {IMAGE}: unauthorized: ***; trying again", said)

    def test_secrets_are_masked_line_by_line_longest_first(self):
        words = storm_stack.hidden_words({"secrets": [{"content": "abcd\nabcdef\nxy"}], "hidden": ["from .env"]})
        self.assertEqual(storm_stack.masked("abcdef abcd xy abc, from .env", words), "*** *** xy abc, ***")

    def test_lines_are_cut_after_masking(self):
        text = "x" * 395 + "CANARY-long" + "\n" + "y" * 1000
        self.assertEqual(storm_stack.masked(text, ["CANARY-long"]).split("\n"), ["x" * 395 + "***", "y" * 400])


if __name__ == "__main__":
    unittest.main()
