import contextlib
import io
import unittest

from fakes import FakeDocker  # it knows where boot/scripts is
import storm_cluster
import storm_lib


def service(name, running, desired, mode="Global"):
    return {"Spec": {"Name": name, "Mode": {mode: {}}}, "ServiceStatus": {"RunningTasks": running, "DesiredTasks": desired}}


class EngineWithServices(FakeDocker):
    """Each look finds the next of `looks`, and the last one from then on."""

    def __init__(self, *looks):
        super().__init__()
        self.looks = list(looks)

    def serve(self, http_request, path, query, body):
        if path != "/services":
            return super().serve(http_request, path, query, body)
        self.calls.append((http_request.command, path, query))
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return http_request.answer(200 if isinstance(look, list) else 503, look)


class GlobalTasks(unittest.TestCase):
    def wait(self, seconds, *looks):
        """What it said, and what it asked."""
        engine = EngineWithServices(*looks)
        self.addCleanup(engine.close)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            storm_cluster.await_global_tasks(storm_lib.Docker(), seconds)
        return said.getvalue(), engine.calls

    def test_nothing_is_waited_for_where_no_service_runs_on_every_node(self):
        said, calls = self.wait(5, [service("dev_web", 0, 2, "Replicated")])
        self.assertEqual(said, "")
        self.assertEqual([query for _, _, query in calls], [{"status": "true"}] * 2)

    def test_a_new_nodes_ingress_is_waited_for(self):
        said, calls = self.wait(5, [service("ingress", 3, 4)], [service("ingress", 3, 4)], [service("ingress", 4, 4)])
        self.assertEqual(said.count("still starting: ingress 3/4"), 1)
        self.assertEqual(len(calls), 4)

    def test_tasks_that_swarm_gives_a_moment_later_are_waited_for(self):
        said, calls = self.wait(5, [service("ingress", 3, 3)], [service("ingress", 3, 4)], [service("ingress", 4, 4)])
        self.assertIn("ingress 3/4", said)
        self.assertEqual(len(calls), 4)

    def test_a_service_that_does_not_start_is_said_and_fails_nothing(self):
        said, _ = self.wait(0.5, [service("agent", 0, 3), service("ingress", 3, 3)])
        self.assertIn("still starting: agent 0/3\n", said)

    def test_an_engine_that_does_not_answer_is_asked_again(self):
        said, calls = self.wait(5, {"message": "no leader"}, [service("ingress", 3, 3)])
        self.assertIn("services: 503", said)
        self.assertEqual(len(calls), 3)


if __name__ == "__main__":
    unittest.main()
