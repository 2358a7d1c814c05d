"""A swarm that answers `docker` commands and the engine's API as Docker 20.10 does, as far as a stack's deploy asks."""
import contextlib
import json
import pathlib
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "boot" / "scripts"))
NAMESPACE = "com.docker.stack.namespace"


class Result:
    def __init__(self, code=0, out="", err=""):
        self.returncode, self.stdout, self.stderr = code, out.encode(), err.encode()


class Swarm:
    """`behaviour[service]` says what its next tasks do: "run", "fail", "stuck", or "rollback" (an update that Swarm takes back)."""

    def __init__(self):
        self.calls, self.services, self.tasks, self.behaviour = [], {}, {}, {}
        self.contents = {"config": {}, "secret": {}}
        self.images, self.registry, self.networks = set(), set(), set()
        self.deploy_errors, self.push_errors, self.logs = [], [], "line one\nline two\n"
        self.kv, self.index, self.consul_down, self.conflicts = {}, 1, False, 0
        self.build_result = Result()
        self.nodes, self.data_nodes = ["Ready Active"] * 3, []
        self.count = 0

    # --- the command -------------------------------------------------------------------------------------------------

    def run(self, command, input=None, stdin=None, env=None, **_):
        assert command[0] == "docker", command
        arguments = command[1:]
        data = input if input is not None else (stdin.read() if hasattr(stdin, "read") else b"")
        self.calls.append({"arguments": arguments, "stdin": data, "env": env or {}})
        handler = getattr(self, "_".join(["do", *arguments[:1]]))
        return handler(arguments, data)

    def called(self, *prefix):
        return [call for call in self.calls if call["arguments"][:len(prefix)] == list(prefix)]

    def do_stack(self, arguments, data):
        if arguments[1] == "rm":
            for name in [name for name in self.services if name.startswith(arguments[2] + "_")]:
                del self.services[name]
            return Result()
        if self.deploy_errors:
            return Result(1, err=self.deploy_errors.pop(0))
        document = json.loads(data)
        self.names = {key: secret["name"] for key, secret in document.get("secrets", {}).items()}
        for name, wanted in document["services"].items():
            self.update(f"{arguments[-1]}_{name}", arguments[-1], wanted)
        return Result()

    def do_service(self, arguments, _data):
        if arguments[1] == "logs":
            return Result(out=self.logs)
        for name in arguments[2:]:
            if arguments[1] == "rm":
                self.services.pop(name, None)
            elif arguments[1] == "rollback" and name in self.services:
                self.services[name]["Spec"] = self.services[name].pop("PreviousSpec")
        return Result()

    def contents_of(self, kind, arguments, data):
        if arguments[1] == "ls":
            stack = arguments[3].split("=")[-1]
            return Result(out="\n".join(name for name, (owner, _) in self.contents[kind].items() if owner == stack))
        if arguments[1] == "create":
            name = arguments[-2]
            if name in self.contents[kind]:
                return Result(1, err=f"Error response from daemon: {kind} {name} already exists")
            self.contents[kind][name] = (arguments[3].split("=")[-1], data)
        if arguments[1] == "rm":
            self.contents[kind].pop(arguments[2], None)
        return Result()

    def do_config(self, arguments, data):
        return self.contents_of("config", arguments, data)

    def do_secret(self, arguments, data):
        return self.contents_of("secret", arguments, data)

    def do_network(self, arguments, _data):
        return Result(out="\n".join(self.networks)) if arguments[1] == "ls" else Result()

    def do_node(self, arguments, _data):
        return Result(out="\n".join(self.data_nodes if "--filter" in arguments else self.nodes + self.data_nodes))

    def do_image(self, arguments, _data):
        return Result(0 if arguments[2] in self.images else 1)

    def do_build(self, arguments, _data):
        if self.build_result.returncode == 0:
            self.images.add(arguments[2])
        return self.build_result

    def do_push(self, arguments, _data):
        if self.push_errors:
            return Result(1, self.push_errors.pop(0))
        self.registry.add(arguments[2])
        return Result()

    # --- what the swarm does -----------------------------------------------------------------------------------------

    def update(self, name, stack, wanted):
        template = {"ContainerSpec": {"Image": wanted.get("image"), "Args": wanted.get("command")}, "Runtime": "container"}
        if "secrets" in wanted:
            template["ContainerSpec"]["Secrets"] = [{"SecretName": self.names[each["source"]]} for each in wanted["secrets"]]
        spec = {"Name": name, "Labels": {NAMESPACE: stack}, "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": 1}}}
        old = self.services.get(name)
        if old is not None and old["Spec"]["TaskTemplate"]["ContainerSpec"] == template["ContainerSpec"]:
            # As the real one does: the same, written differently.
            old["Spec"]["TaskTemplate"]["ContainerSpec"]["DNSConfig"] = {}
            return
        self.count += 1
        behaviour = self.behaviour.get(name, "run")
        service = {"ID": name, "Spec": spec, "ServiceStatus": {"DesiredTasks": 1, "RunningTasks": 1}}
        if old is not None:
            service["PreviousSpec"] = old["Spec"]
            service["UpdateStatus"] = {"State": "completed", "StartedAt": f"time {self.count}"}
        self.services[name] = service
        kept = [task if behaviour == "rollback" else {**task, "DesiredState": "shutdown"} for task in self.tasks.get(name, [])]
        states = {"run": ["running"], "fail": ["failed"] * 3 + ["ready"], "stuck": ["starting"], "rollback": ["failed"]}[behaviour]
        self.tasks[name] = kept + [self.task(name, template, state) for state in states]
        if behaviour == "rollback":
            service["Spec"], service["PreviousSpec"] = service["PreviousSpec"], service["Spec"]
            service["UpdateStatus"]["State"] = "rollback_completed"

    def task(self, name, template, state):
        self.count += 1
        error = {"Err": "task: non-zero exit (3)"} if state == "failed" else {}
        return {"ID": f"task{self.count}", "ServiceID": name, "Slot": 1, "NodeID": "node", "Spec": template,
                "DesiredState": "shutdown" if state == "failed" else "running",
                "Status": {"State": state, "Timestamp": f"{self.count:05}", "Message": state, **error}}

    # --- the engine's API and Consul ---------------------------------------------------------------------------------

    def get(self, url, **query):
        if url.startswith("/distribution/"):
            return (200 if url[len("/distribution/"):-len("/json")] in self.registry else 404), {}
        if url.startswith("/nodes/"):
            return 200, {"Description": {"Hostname": "local-1"}}
        stack = query["filters"]["label"][0].split("=")[-1]
        of_stack = {name: service for name, service in self.services.items() if service["Spec"]["Labels"][NAMESPACE] == stack}
        if url == "/services":
            return 200, json.loads(json.dumps(list(of_stack.values())))
        return 200, [task for name in of_stack for task in self.tasks[name]]

    def consul_get(self, url, **_):
        if self.consul_down:
            raise ConnectionRefusedError("consul is down")
        key = url[len("kv/"):]
        return (200, [{"ModifyIndex": self.index}], {}) if key in self.kv else (404, None, {})

    def kv_put(self, key, value, cas=None):
        if cas is None:
            self.kv[key] = value
            return True
        if self.conflicts:
            self.conflicts -= 1
            return False
        if cas != (self.index if key in self.kv else 0):
            return False
        self.kv[key], self.index = value, self.index + 1
        return True

    def kv_tree(self, prefix):
        return {key: value for key, value in self.kv.items() if key.startswith(prefix)}, self.index

    def library(self):
        """Stands in for storm_lib."""
        swarm, module = self, types.ModuleType("storm_lib")
        module.Docker = lambda timeout=30: types.SimpleNamespace(get=swarm.get)
        module.Consul = lambda token: types.SimpleNamespace(get=swarm.consul_get, kv_put=swarm.kv_put, kv_get=swarm.kv.get,
                                                            kv_tree=swarm.kv_tree, kv_delete=lambda key: swarm.kv.pop(key, None))
        module.lock = lambda name: contextlib.nullcontext()
        return module


