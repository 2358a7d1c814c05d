import io
import json
import sys
import unittest
from unittest import mock

from case import Case, document
from swarm import Result

import storm_convergence
import storm_stack


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
                                    "raft: failed to process the request: node lost leader status",
                                    "rpc error: code = Unavailable desc = Manager is being prepared or has trouble connecting to the cluster",
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



if __name__ == "__main__":
    unittest.main()
