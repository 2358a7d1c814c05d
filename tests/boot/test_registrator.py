import threading
import time
import unittest

import fakes
from fakes import eventually
import storm_registrator
from storm_registrator import Registrator, services

ROUTED = {"storm.route.host": "web.app.dev.example", "storm.route.port": "8080",
          "com.docker.swarm.service.name": "app_web", "com.docker.stack.namespace": "app"}


class Definitions(unittest.TestCase):
    def define(self, **arguments):
        docker = fakes.FakeDocker()
        self.addCleanup(docker.close)
        docker.run("c1", **arguments)
        return services(docker.containers["c1"])

    def test_routed_container_has_its_edge_address_and_traefik_tags(self):
        found = self.define(ports=["8080/tcp", "9090/tcp"], labels=ROUTED,
                            networks={"app_default": "10.192.1.2", "zz-edge": "10.192.0.7"})
        web, metrics = found["n1:c1:8080"], found["n1:c1:9090"]
        self.assertEqual((web["Name"], web["Address"], web["Port"]), ("app-web", "10.192.0.7", 8080))
        self.assertIn("traefik.enable=true", web["Tags"])
        self.assertTrue(any(tag.endswith(".rule=Host(`web.app.dev.example`)") for tag in web["Tags"]))
        self.assertIn("traefik.http.services.app-web.loadbalancer.server.port=8080", web["Tags"])
        self.assertEqual((metrics["Address"], metrics["Tags"]), ("10.192.1.2", []))

    def test_routers_of_different_rules_have_different_names(self):
        def router(path):
            found = self.define(labels={**ROUTED, "storm.route.path": path}, networks={"zz-edge": "10.192.0.7"})
            return next(tag for tag in found["n1:c1:8080"]["Tags"] if ".rule=" in tag).split(".rule=")

        (first, rule), (second, _) = router("/a"), router("/b")
        self.assertNotEqual(first, second)
        self.assertEqual(rule, "(Host(`web.app.dev.example`)) && PathPrefix(`/a`)")

    def test_labels_cannot_break_out_of_the_rule(self):
        for label in ({"storm.route.host": "a`) || Host(`b"}, {"storm.route.path": "/x`) || PathPrefix(`/"}):
            found = self.define(labels={**ROUTED, **label}, networks={"zz-edge": "10.192.0.7"})
            self.assertEqual(found["n1:c1:80"]["Tags"], [], label)

    def test_published_port_has_the_mesh_address(self):
        found = self.define(bindings={"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "5000"}]},
                            labels={"storm.name": "registry"})["n1:c1:80"]
        self.assertEqual((found["Name"], found["Address"], found["Port"]), ("registry", "100.64.12.1", 5000))

    def test_the_routing_mesh_is_no_address(self):
        found = self.define(networks={"ingress": "10.0.0.3", "x": "10.1.0.3"})
        self.assertEqual(found["n1:c1:80"]["Address"], "10.1.0.3")
        self.assertIsNone(self.define(networks={"ingress": "10.0.0.3"}))

    def test_health(self):
        of = {"starting": "critical", "healthy": "passing", "unhealthy": "critical"}
        cases = [({"Health": {"Status": found}}, status) for found, status in of.items()]
        for state, status in [({}, "passing"), ({"Paused": True}, "critical"), *cases]:
            self.assertEqual(self.define(state=state)["n1:c1:80"]["Check"]["Status"], status, state)


class Live(unittest.TestCase):
    def setUp(self):
        self.consul, self.docker = fakes.FakeConsul(), fakes.FakeDocker()
        self.previous, storm_registrator.RESYNC = storm_registrator.RESYNC, 0.5
        self.consul.services["n1:old:80"] = {"ID": "n1:old:80", "Meta": {"container": "old"}}
        self.consul.services["other"] = {"ID": "other", "Meta": {}}
        self.registrator = Registrator()
        threading.Thread(target=self.registrator.run, daemon=True).start()
        eventually(lambda: self.docker.listeners)

    def tearDown(self):
        storm_registrator.RESYNC = self.previous
        self.docker.close()
        self.consul.close()

    def names(self):
        return set(self.consul.services)

    def test_follows_containers_and_repairs_both_directions(self):
        eventually(lambda: self.names() == {"other"})
        self.docker.run("c1")
        began = time.monotonic()
        eventually(lambda: "n1:c1:80" in self.names())
        self.assertLess(time.monotonic() - began, 1)
        self.consul.services.pop("n1:c1:80")
        eventually(lambda: "n1:c1:80" in self.names())
        self.docker.die("c1")
        eventually(lambda: self.names() == {"other"})
        self.consul.services["n1:left:80"] = {"ID": "n1:left:80", "Meta": {"container": "left"}}
        eventually(lambda: self.names() == {"other"})

    def test_stop_signal_ends_traffic_before_the_process(self):
        self.docker.run("c1")
        eventually(lambda: "n1:c1:80" in self.names())
        self.docker.emit("kill", "c1", signal="1")
        self.docker.emit("kill", "c1", signal="15")
        eventually(lambda: "n1:c1:80" not in self.names())
        time.sleep(1.2)  # a resync must not bring it back
        self.assertNotIn("n1:c1:80", self.names())

    def test_health_event_updates_the_check(self):
        self.docker.run("c1", state={"Health": {"Status": "starting"}})
        eventually(lambda: self.consul.services.get("n1:c1:80", {}).get("Check", {}).get("Status") == "critical")
        self.docker.containers["c1"]["State"]["Health"]["Status"] = "healthy"
        self.docker.emit("health_status: healthy", "c1")
        eventually(lambda: self.consul.services["n1:c1:80"]["Check"]["Status"] == "passing")

    def test_waits_for_the_overlay_address(self):
        self.docker.run("c1", labels=ROUTED, networks={"zz-edge": ""}, ports=["8080/tcp"])
        time.sleep(0.15)
        self.docker.containers["c1"]["NetworkSettings"]["Networks"]["zz-edge"]["IPAddress"] = "10.192.0.9"
        eventually(lambda: self.consul.services.get("n1:c1:8080", {}).get("Address") == "10.192.0.9")

    def test_survives_engine_and_consul(self):
        self.docker.close()
        self.docker.open()
        self.docker.run("c1")
        eventually(lambda: "n1:c1:80" in self.names())
        self.consul.down = True
        self.docker.run("c2")
        time.sleep(0.2)
        self.consul.down = False
        eventually(lambda: "n1:c2:80" in self.names())

    def test_a_rotated_token_registers_again(self):
        self.docker.run("c1")
        eventually(lambda: "n1:c1:80" in self.names())
        fakes.write("/etc/storm/tokens/registrator", "rotated")
        count = len(self.registrations())
        eventually(lambda: len(self.registrations()) > count)
        self.assertIn("rotated", self.consul.tokens)

    def registrations(self):
        return [call for call in self.consul.calls if call[1] == "/v1/agent/service/register"]
