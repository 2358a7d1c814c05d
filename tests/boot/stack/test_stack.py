import io
import json
import sys
import unittest
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from swarm import Result, Swarm

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
        for target, name, value in [
                (storm_convergence, "PAUSE", 0), (storm_convergence, "PATIENCE", 0), (storm_images, "PUSH_SECONDS", 0.3),
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


class Deploying(Case):
    def test_a_first_deploy_creates_contents_and_waits(self):
        summary, _, _ = self.deploy()
        self.assertEqual(summary["services"], ["shop_db", "shop_web"])
        self.assertEqual(summary["changed"], ["shop_db", "shop_web"])
        self.assertEqual(self.swarm.contents["secret"], {"shop_s_1": ("shop", b"CANARY-one\nCANARY-two")})
        self.assertEqual(self.swarm.contents["config"], {"shop_c_1": ("shop", b"config content")})
        self.assertEqual(json.loads(self.swarm.called("stack", "deploy")[0]["stdin"]), document()["compose"])

    def test_the_same_again_changes_nothing(self):
        self.deploy()
        self.swarm.calls.clear()
        summary, _, _ = self.deploy()
        self.assertEqual(summary["changed"], [])
        self.assertEqual(self.swarm.called("secret", "create") + self.swarm.called("config", "create"), [])

    def test_contents_that_nobody_names_any_more_go_after_the_roll(self):
        self.deploy()
        self.swarm.calls.clear()
        self.deploy(secrets=[{"name": "shop_s_2", "content": "CANARY-new"}])
        self.assertEqual(list(self.swarm.contents["secret"]), ["shop_s_2"])
        order = [call["arguments"][:2] for call in self.swarm.calls]
        self.assertLess(order.index(["secret", "create"]), order.index(["stack", "deploy"]))
        self.assertLess(order.index(["stack", "deploy"]), order.index(["secret", "rm"]))

    def test_a_content_made_meanwhile_by_somebody_else_is_the_right_one(self):
        self.swarm.contents["secret"]["shop_s_1"] = ("not labelled", b"")
        self.assertIsNone(self.deploy()[2])

    def test_templates_say_so(self):
        self.deploy(configs=[{"name": "c", "content": "{{.Node.Hostname}}", "templateDriver": "golang"}])
        self.assertIn("--template-driver", self.swarm.called("config", "create")[0]["arguments"])

    def test_a_service_that_is_gone_from_the_file_goes_last(self):
        self.deploy()
        summary, _, _ = self.deploy(compose={"services": {"web": {"image": "w:2"}}})
        self.assertEqual(summary["removed"], ["shop_db"])
        self.assertEqual(self.services(), {"shop_web": "w:2"})

    def test_a_swarm_between_two_leaders_is_waited_for_other_errors_are_not(self):
        self.swarm.deploy_errors = ["rpc error: code = Unknown desc = The swarm does not have a leader",
                                    "failed to create service shop_db: Error response from daemon: network shop_default not found"]
        self.assertIsNone(self.deploy()[2])
        self.swarm.deploy_errors = ["services.web.image must be a string"] * 3
        self.assertIn("must be a string", self.deploy()[2])
        self.assertEqual(len(self.swarm.deploy_errors), 2)

    def test_no_document_is_one_line(self):
        with mock.patch.object(sys, "stdin", io.StringIO("{")), self.assertRaises(SystemExit) as end:
            storm_stack.main()
        self.assertEqual(str(end.exception), "storm_stack.py: standard input is not the JSON document of a stack")


class Failing(Case):
    def test_an_update_that_swarm_takes_back_takes_back_the_whole_stack(self):
        self.deploy()
        self.swarm.behaviour["shop_web"] = "rollback"
        self.swarm.logs = "starting\nmy password is CANARY-two\n"
        services = {"web": {"image": "w:2"}, "db": {"image": "d:2"}, "new": {"image": "n:1"}}
        _, _, text = self.deploy(compose={"services": services}, secrets=document()["secrets"])
        self.assertEqual(text.split("\n"), [
            "shop: service web: the update failed and Swarm took it back (rollback_completed)",
            "task web.1 on local-1 is failed: task: non-zero exit (3)", "  | starting", "  | my password is ***",
            "shop: rolled back to what ran before"])
        self.assertEqual(self.services(), {"shop_web": "w:1", "shop_db": "d:1"})

    def test_a_task_that_prints_a_value_of_the_env_file_shows_none_of_it(self):
        self.swarm.behaviour["shop_web"] = "fail"
        self.swarm.logs = "cannot connect to postgres://shop:CANARY-word@db\n"
        text = self.deploy(hidden=["postgres://shop:CANARY-word@db", "CANARY-word"], timeoutSeconds=30)[2]
        self.assertIn("  | cannot connect to ***\n", text)

    def test_an_old_rollback_does_not_count(self):
        self.deploy()
        self.swarm.behaviour["shop_web"] = "rollback"
        self.assertIsNotNone(self.deploy(compose={"services": {"web": {"image": "w:2"}, "db": {"image": "d:1"}}})[2])
        self.assertIsNone(self.deploy()[2])

    def test_a_first_deploy_that_fails_leaves_nothing(self):
        self.swarm.behaviour["shop_web"] = "fail"
        _, _, text = self.deploy(timeoutSeconds=30)
        self.assertIn("shop: service web: its tasks fail one after the other\n", text)
        self.assertIn("its volumes are kept", text)
        self.assertEqual(self.services(), {})

    def test_tasks_that_never_become_healthy_end_the_wait(self):
        self.swarm.behaviour["shop_db"] = "stuck"
        _, said, text = self.deploy()
        self.assertIn("shop: service db: not running and healthy after 0.3 s\n"
                      "task db.1 on local-1 is starting: its health check has not passed yet", text)
        self.assertIn("waiting for shop_db", said)

    def test_a_failing_update_keeps_what_the_old_one_needs(self):
        self.deploy()
        self.swarm.behaviour["shop_web"] = "stuck"
        self.deploy(compose={"services": {"web": {"image": "w:2"}}}, secrets=[{"name": "shop_s_2", "content": "CANARY-new"}])
        self.assertIn("shop_s_1", self.swarm.contents["secret"])
        self.assertEqual(self.services(), {"shop_web": "w:1", "shop_db": "d:1"})

    def test_the_reason_is_told_even_if_the_way_back_fails(self):
        self.deploy()
        self.swarm.behaviour["shop_web"] = "stuck"
        self.swarm.do_service = lambda arguments, _: Result(1, err="no way") if arguments[1] == "rm" else Result()
        text = self.deploy(compose={"services": {"web": {"image": "w:2"}, "new": {"image": "n:1"}}})[2]
        self.assertIn("service web: not running and healthy", text)
        self.assertIn("going back to what ran before did not work: docker service rm: no way", text)

    def test_logs_that_do_not_come_are_no_reason_to_hang(self):
        with mock.patch.object(storm_convergence.subprocess, "run", side_effect=storm_stack.subprocess.TimeoutExpired("docker", 15)):
            self.assertEqual(storm_convergence.log_lines("task"), ["(no logs: the task's node does not answer)"])


class Building(Case):
    def build(self, **more):
        return {"image": IMAGE, "tarPath": __file__, "dockerfile": "Prod", "args": {"B": "2", "A": "1"}, "target": "t", **more}

    def test_an_image_is_built_pushed_and_kept_pulled(self):
        summary, _, _ = self.deploy(builds=[self.build()], keepImages=["other:1"])
        call = self.swarm.called("build")[0]
        self.assertEqual(call["arguments"], ["build", "--tag", IMAGE, "--file", "Prod", "--force-rm", "--build-arg", "A",
                                             "--build-arg", "B", "--target", "t", "-"])
        self.assertEqual((call["env"]["A"], call["env"]["B"]), ("1", "2"))
        self.assertTrue(call["stdin"].startswith(b"import io"))
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

    def test_a_build_that_prints_a_value_of_the_env_file_shows_none_of_it(self):
        self.swarm.build_result = Result(1, "npm error //registry/:_authToken=CANARY-token is refused")
        text = self.deploy(builds=[self.build(args={"TOKEN": "CANARY-token"})], hidden=["CANARY-token"])[2]
        self.assertEqual(text.split("\n")[1], "  | npm error //registry/:_authToken=*** is refused")

    def test_what_is_said_meanwhile_is_masked_too(self):
        self.swarm.push_errors = ["unauthorized: CANARY-token"]
        _, said, _ = self.deploy(builds=[self.build()], hidden=["CANARY-token"])
        self.assertIn(f"pushing {IMAGE}: unauthorized: ***; trying again", said)

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

    def test_without_consul_the_deploy_goes_on(self):
        self.swarm.consul_down = True
        summary, said, _ = self.deploy(builds=[self.build()])
        self.assertEqual(summary["services"], ["shop_db", "shop_web"])
        self.assertIn("storm/images: consul is down", said)


class Comparing(unittest.TestCase):
    def test_the_same_definition_written_differently(self):
        service = {"Spec": {"TaskTemplate": {"ContainerSpec": {"Image": "a", "DNSConfig": {}, "Privileges": {"NoNewPrivileges": False}},
                                             "Placement": {"Constraints": ["x"]}, "ForceUpdate": 0, "Runtime": "container"}}}
        self.assertTrue(storm_convergence.is_newest({"Spec": {"ContainerSpec": {"Image": "a", "Privileges": None}, "ForceUpdate": 0}}, service))
        self.assertFalse(storm_convergence.is_newest({"Spec": {"ContainerSpec": {"Image": "b"}}}, service))
        self.assertFalse(storm_convergence.is_newest({"Spec": {"ContainerSpec": {"Image": "a"}, "ForceUpdate": 1}}, service))

    def test_a_changed_placement_is_a_change_of_the_service(self):
        one, other = ({"TaskTemplate": {"Placement": {"Constraints": [word], "Platforms": platforms}}}
                      for word, platforms in [("x", None), ("y", [{"OS": "linux"}])])
        self.assertFalse(storm_convergence.same_spec(one, other))
        self.assertTrue(storm_convergence.same_spec(one, {"TaskTemplate": {"Placement": {"Constraints": ["x"], "Platforms": [{"OS": "linux"}]}}}))

    def test_secrets_are_masked_line_by_line_longest_first(self):
        words = storm_stack.hidden_words({"secrets": [{"content": "abcd\nabcdef\nxy"}], "hidden": ["from .env"]})
        self.assertEqual(storm_stack.masked("abcdef abcd xy abc, from .env", words), "*** *** xy abc, ***")

    def test_lines_are_cut_after_masking(self):
        text = "x" * 395 + "CANARY-long" + "\n" + "y" * 1000
        self.assertEqual(storm_stack.masked(text, ["CANARY-long"]).split("\n"), ["x" * 395 + "***", "y" * 400])


if __name__ == "__main__":
    unittest.main()
