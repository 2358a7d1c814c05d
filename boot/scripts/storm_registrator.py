"""Keeps the local Consul agent's services equal to this node's running containers with an exposed port."""
import queue
import re
import signal
import threading
import time
import zlib

import storm_lib
from storm_lib import ApiError, Consul, Docker, log, node

EVENTS = {"type": ["container", "network"],
          "event": ["start", "die", "destroy", "pause", "unpause", "kill", "health_status", "connect", "disconnect"]}
# The overlay that routed services share with the ingress (boot/system-stacks.ts).
EDGE = "zz-edge"
RESYNC = 30
# Ten missed resyncs. A restart of this daemon takes a second and an upgrade less than a minute, so a shorter TTL would
# only take healthy services out; entries of a daemon that is dead for good must not stay for ever either.
TTL, FORGET = "300s", "30m"
# A container that outlives its stop signal by this (it may trap it) is a service again.
LEAVING = 600


def signal_number(name):
    name = str(name or "SIGTERM")
    return int(name) if name.isdigit() else getattr(signal, name if name.startswith("SIG") else "SIG" + name, 15)


def host_name(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def service_name(container):
    """<stack>-<service>, or what the label storm.name says; without Swarm the container's name."""
    labels = container["Config"].get("Labels") or {}
    name = labels.get("storm.name") or labels.get("com.docker.swarm.service.name") or container["Name"]
    return host_name(name)


def network_address(container, wanted=None):
    """The container's own address; the routing mesh's network is no address of one container."""
    networks = container["NetworkSettings"].get("Networks") or {}
    if "host" in networks:
        return node()["mesh"]["address"]
    names = [wanted] if wanted else sorted(networks, key=lambda name: (name == "bridge", name))
    names = [name for name in names if name not in ("ingress", "docker_gwbridge")]
    found = (networks.get(name, {}).get("IPAddress") for name in names)
    return next((address for address in found if address), None)


def route_rule(labels):
    """Traefik's rule. The labels are the compose file's words: nothing in them may end the quotation."""
    hosts, prefix = labels.get("storm.route.host", "").split(","), labels.get("storm.route.path", "")
    if not all(re.fullmatch(r"[A-Za-z0-9.-]+", host) for host in hosts) or not re.fullmatch(r"(/[^`\s]*)?", prefix):
        return None
    rule = " || ".join(f"Host(`{host}`)" for host in hosts)
    return f"({rule}) && PathPrefix(`{prefix}`)" if prefix else rule


def tags(name, rule, port):
    if not rule:
        return []  # never "enable=false": Traefik unites the tags of all of a service's ports
    # While an update changes a route, old and new tasks disagree; under one name Traefik would drop the router.
    router = f"traefik.http.routers.{name}-{zlib.crc32(rule.encode()):08x}"
    return ["traefik.enable=true", f"{router}.rule={rule}", f"{router}.entrypoints=websecure", f"{router}.tls=true",
            f"{router}.service={name}", f"traefik.http.services.{name}.loadbalancer.server.port={port}"]


def health(state):
    status = (state.get("Health") or {}).get("Status", "none")
    return "passing" if status in ("healthy", "none") and not state.get("Paused") else "critical"


def services(container):
    """Consul's definitions for a container by id; None while an address that it will have is still missing."""
    labels = container["Config"].get("Labels") or {}
    bound = container["NetworkSettings"].get("Ports") or {}
    rule, route_port = route_rule(labels) if "storm.route.host" in labels else None, labels.get("storm.route.port")
    ports = set(container["Config"].get("ExposedPorts") or {}) | {port for port, host in bound.items() if host}
    # A stack file's `expose:` never reaches the container; the renderer says it by label.
    said = (port.strip() for port in labels.get("storm.expose", "").split(","))
    ports |= {port if "/" in port else f"{port}/tcp" for port in said if re.fullmatch(r"\d+(/udp|/tcp)?", port)}
    if rule and route_port:
        ports.add(f"{route_port}/tcp")
    elif rule:
        route_port = str(min((int(port[:-4]) for port in ports if port.endswith("/tcp")), default=""))
    name, label = service_name(container), container["Name"].strip("/")
    result = {}
    for exposed in sorted(ports):
        port, _, protocol = exposed.partition("/")
        routed = bool(rule) and protocol == "tcp" and port == route_port
        host = next((entry for entry in bound.get(exposed) or [] if not entry["HostIp"].startswith("127.")), None)
        if routed:
            address, number = network_address(container, EDGE), port
        elif host:
            address, number = node()["mesh"]["address"], host["HostPort"]
        else:
            address, number = network_address(container), port
        if not address:
            return None
        key = f"{node()['name']}:{label or container['Id'][:12]}:{port}" + ("-udp" if protocol == "udp" else "")
        result[key] = {
            "ID": key, "Name": name, "Address": address, "Port": int(number),
            "Tags": tags(name, rule if routed else None, number),
            "Meta": {"container": container["Id"], "stack": labels.get("com.docker.stack.namespace", ""),
                     "service": labels.get("com.docker.swarm.service.name", ""),
                     "task": labels.get("com.docker.swarm.task.name", "")},
            "Check": {"CheckID": "ttl:" + key, "Name": "container", "TTL": TTL, "Status": health(container["State"]),
                      "DeregisterCriticalServiceAfter": FORGET}}
    return result


class Registrator:
    def __init__(self, workers=4):
        self.consul, self.docker = Consul("registrator"), Docker()
        self.known = {}  # container -> {service -> (definition, token)}, None for one that an earlier run registered
        self.leaving = {}  # container id -> when its stop signal came
        self.again = threading.Event()
        self.complaint = None
        # A container always has the same worker, so that its events stay in order.
        self.queues = [queue.Queue() for _ in range(workers)]

    def touch(self, container):
        self.queues[hash(container) % len(self.queues)].put(container)

    def work(self, inbox):
        while True:
            container = inbox.get()
            try:
                self.reconcile(container)
            except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
                if self.complaint != str(error):
                    log(f"container {container[:12]}: {type(error).__name__}: {error}; trying again")
                self.complaint = str(error)
                self.again.set()

    def inspect(self, container):
        for _ in range(20):
            status, found = self.docker.get(f"/containers/{container}/json")
            if status == 404 or (status == 200 and not found["State"]["Running"]):
                return {}
            if status != 200:
                raise ApiError(f"inspect: {status} {found}")
            signalled = self.leaving.get(container)
            if signalled and time.monotonic() - signalled < LEAVING:
                return {}
            wanted = services(found)
            if wanted is not None:
                return wanted
            time.sleep(0.05)
        raise ApiError("no address on its network yet")

    def reconcile(self, container):
        """Makes Consul's entries for one container what the engine says now."""
        wanted, known = self.inspect(container), self.known.setdefault(container, {})
        token = self.consul.secret()  # the agent keeps the token of a registration for its later updates
        for key, definition in wanted.items():
            if known.get(key) == (definition, token) and self.refresh(definition["Check"]):
                continue
            self.expect(self.consul.put("/v1/agent/service/register", definition, replace_existing_checks=True))
            self.refresh(definition["Check"])  # a check that was there keeps its old status over a registration
            known[key] = (definition, token)
        for key in [key for key in known if key not in wanted]:
            self.expect(self.consul.put(f"/v1/agent/service/deregister/{key}"), 404)
            del known[key]
        if not known:
            self.known.pop(container, None)

    def refresh(self, check):
        return self.consul.put("/v1/agent/check/update/" + check["CheckID"], {"Status": check["Status"]})[0] == 200

    @staticmethod
    def expect(answer, *others):
        if answer[0] not in (200, *others):
            raise ApiError(f"Consul: {answer[0]} {answer[1]}")

    def registered(self):
        status, found, _ = self.consul.get("/v1/agent/services")
        if status != 200:
            raise ApiError(f"Consul: {status} {found}")
        return {key: entry["Meta"]["container"] for key, entry in found.items()
                if key.startswith(node()["name"] + ":") and "container" in (entry.get("Meta") or {})}

    def resync(self):
        """Repairs both directions. Consul is read first: what it has and the engine has not is dead, not young."""
        self.again.clear()
        registered = self.registered()
        status, running = self.docker.get("/containers/json")
        if status != 200:
            raise ApiError(f"containers: {status} {running}")
        for container, known in list(self.known.items()):
            for key in [key for key in list(known) if key not in registered]:
                known[key] = None
        for key, container in registered.items():
            self.known.setdefault(container, {}).setdefault(key, None)
        alive = {container["Id"] for container in running}
        self.leaving = {container: since for container, since in self.leaving.items() if container in alive}
        for container in alive | set(self.known):
            self.touch(container)
        self.again.wait(RESYNC)
        time.sleep(0.5)  # a worker that failed must not spin

    def follow(self):
        # Before `since` the resync has seen it; from it on, events of a gap are sent again.
        since, self.since = self.since, time.time()
        for event in self.docker.events(EVENTS, since=f"{since:.6f}"):
            self.since = event.get("timeNano", 0) / 1e9 or time.time()
            self.handle(event)

    def handle(self, event):
        attributes = event["Actor"].get("Attributes") or {}
        if event["Type"] == "network":
            # Without a container it is the network itself (the ingress sandbox): nothing to register.
            return self.touch(attributes["container"]) if attributes.get("container") else None
        container, action = event["Actor"]["ID"], event["Action"]
        if action == "kill" and signal_number(attributes.get("signal")) in (9, self.stop_signal(container)):
            self.leaving[container] = time.monotonic()  # traffic ends before the process does
        elif action == "start":
            self.leaving.pop(container, None)
        return self.touch(container)

    def stop_signal(self, container):
        status, found = self.docker.get(f"/containers/{container}/json")
        return signal_number(found["Config"].get("StopSignal")) if status == 200 else 15

    def run(self):
        self.since = time.time()
        for inbox in self.queues:
            threading.Thread(target=self.work, args=(inbox,), daemon=True).start()
        threading.Thread(target=storm_lib.forever, args=(self.follow, 0, 1), daemon=True).start()
        storm_lib.forever(self.resync, 0, 1)


if __name__ == "__main__":
    Registrator().run()
