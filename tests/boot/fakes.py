"""A Docker engine and a Consul agent that answer as the real ones do, as far as the node's daemons ask."""
import atexit
import base64
import http.server
import json
import os
import pathlib
import queue
import shutil
import socketserver
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = tempfile.mkdtemp(prefix="storm-test-")
atexit.register(shutil.rmtree, ROOT, True)
os.environ["STORM_ROOT"] = ROOT
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "boot" / "scripts"))

NODE = {"name": "n1", "role": "worker", "pool": "local/local", "labels": {}, "consul": {"server": False},
        "mesh": {"address": "100.64.12.1", "cidr": "100.64.0.0/10", "port": 51820, "interface": "storm0"}}


def write(name, text):
    target = pathlib.Path(ROOT + name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


write("/etc/storm/node.json", json.dumps(NODE))


def eventually(check, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError("did not come true within the time")
        time.sleep(0.01)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return "unix"

    def answer(self, status, value, headers=()):
        raw = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        for key, text in headers:
            self.send_header(key, text)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.owner.serve(self, urllib.parse.unquote(url.path), query, body)

    do_GET = do_PUT = do_POST = do_DELETE = handle_any


class TcpServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class FakeConsul:
    def __init__(self):
        self.kv, self.services, self.members, self.catalog = {}, {}, [], []
        self.index, self.calls, self.down, self.tokens = 1, [], False, set()
        # Without a leader a server answers only who takes what it has ("stale").
        self.leader, self.reads = True, []
        self.changed = threading.Condition()
        self.server = TcpServer(("127.0.0.1", 0), Handler)
        self.server.owner = self
        os.environ["STORM_CONSUL"] = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def put(self, key, value):
        with self.changed:
            self.kv[key] = value if isinstance(value, str) else json.dumps(value)
            self.index += 1
            self.changed.notify_all()

    def delete(self, key):
        with self.changed:
            self.kv.pop(key, None)
            self.index += 1
            self.changed.notify_all()

    def serve(self, http_request, path, query, body):
        self.calls.append((http_request.command, path, body))
        self.tokens.add(http_request.headers.get("X-Consul-Token"))
        if self.down:
            return http_request.answer(500, "No cluster leader")
        if path.startswith("/v1/kv/"):
            return self.serve_kv(http_request, path[len("/v1/kv/"):], query, body)
        if path == "/v1/txn":
            for operation in json.loads(body):
                self.delete(operation["KV"]["Key"])
            return http_request.answer(200, {"Results": [], "Errors": None})
        if path == "/v1/agent/services":
            return http_request.answer(200, self.services)
        if path == "/v1/agent/members":
            return http_request.answer(200, self.members)
        if path == "/v1/catalog/nodes":
            return http_request.answer(200, self.catalog)
        if path == "/v1/agent/service/register":
            definition = json.loads(body)
            self.services[definition["ID"]] = definition
        elif path.startswith("/v1/agent/service/deregister/"):
            if self.services.pop(path.rpartition("/")[2], None) is None:
                return http_request.answer(404, "Unknown service ID")
        elif path.startswith("/v1/agent/check/update/ttl:"):
            if path.partition("ttl:")[2] not in self.services:
                return http_request.answer(404, "Unknown check ID")
        elif path.startswith("/v1/agent/force-leave/"):
            self.members = [member for member in self.members if member["Name"] != path.rpartition("/")[2]]
        return http_request.answer(200, "")

    def serve_kv(self, http_request, key, query, body):
        if http_request.command == "PUT":
            self.put(key, body)
            return http_request.answer(200, "true")
        self.reads.append((key, next((mode for mode in ("stale", "consistent") if mode in query), "default")))
        if not self.leader and "stale" not in query:
            return http_request.answer(500, "No cluster leader")
        if "raw" in query:
            return http_request.answer(200, self.kv[key]) if key in self.kv else http_request.answer(404, "")
        with self.changed:
            if "index" in query:
                self.changed.wait_for(lambda: self.index > int(query["index"]), float(query["wait"].rstrip("s")))
            found = [{"Key": name, "Value": base64.b64encode(value.encode()).decode()}
                     for name, value in self.kv.items() if name.startswith(key)]
            index = ("X-Consul-Index", str(self.index))
        return http_request.answer(200 if found else 404, found if found else "", [index])


class FakeDocker:
    def __init__(self):
        self.containers, self.nodes, self.tasks, self.images = {}, [], [], set()
        self.swarm, self.self_status = {"LocalNodeState": "inactive", "NodeID": ""}, 404
        self.listeners, self.calls, self.removed = [], [], []
        self.path = os.path.join(ROOT, "docker.sock")
        os.environ["STORM_DOCKER_SOCK"] = self.path
        self.open()

    def open(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.server = UnixServer(self.path, Handler)
        self.server.owner = self
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        for listener in self.listeners:
            listener.put(None)
        self.listeners = []

    def emit(self, action, container, kind="container", **attributes):
        actor = container if kind == "container" else "network"
        event = {"Type": kind, "Action": action, "Actor": {"ID": actor, "Attributes": attributes},
                 "timeNano": time.time_ns()}
        for listener in self.listeners:
            listener.put(event)

    def run(self, number, ports=("80/tcp",), networks=None, labels=None, bindings=None, state=None, name=None):
        networks = {"bridge": "172.29.0.2"} if networks is None else networks
        self.containers[number] = {
            "Id": number, "Name": "/" + (name or number), "State": {"Running": True, "Paused": False, **(state or {})},
            "Config": {"ExposedPorts": {port: {} for port in ports}, "Labels": labels or {}},
            "NetworkSettings": {"Ports": bindings or {},
                                "Networks": {key: {"IPAddress": value} for key, value in networks.items()}}}
        self.emit("start", number)

    def die(self, number):
        del self.containers[number]
        self.emit("die", number)

    def serve(self, http_request, path, query, body):
        self.calls.append((http_request.command, path, json.loads(body) if body else None))
        if path == "/events":
            return self.stream(http_request)
        if path == "/info":
            return http_request.answer(200, {"Swarm": self.swarm})
        if path == "/containers/json":
            return http_request.answer(200, [{"Id": number} for number in self.containers])
        if path.startswith("/containers/"):
            found = self.containers.get(path.split("/")[2])
            return http_request.answer(200, found) if found else http_request.answer(404, {"message": "none"})
        if path.startswith("/images/") and http_request.command == "GET":
            return http_request.answer(200 if path[len("/images/"):-len("/json")] in self.images else 404, {})
        if path == "/images/create":
            self.images.add(query["fromImage"])
        elif path == "/swarm/join":
            self.swarm = {"LocalNodeState": "active", "NodeID": "new"}
        elif path == "/swarm/leave":
            self.swarm = {"LocalNodeState": "inactive", "NodeID": ""}
        elif path == "/nodes":
            return http_request.answer(200, self.nodes) if self.nodes else http_request.answer(503, {"message": "no"})
        elif path == "/tasks":
            return http_request.answer(200, self.tasks)
        elif path.startswith("/nodes/"):
            return self.serve_node(http_request, path.split("/")[2], body)
        return http_request.answer(200, {})

    def serve_node(self, http_request, number, body):
        if http_request.command == "GET":
            return http_request.answer(self.self_status, {})
        found = next(one for one in self.nodes if one["ID"] == number)
        if http_request.command == "DELETE":
            self.nodes.remove(found)
            self.removed.append(number)
        else:
            found["Spec"] = json.loads(body)
            if found["Spec"]["Role"] == "worker":
                found.pop("ManagerStatus", None)
        return http_request.answer(200, {})

    def stream(self, http_request):
        inbox = queue.Queue()
        http_request.send_response(200)
        http_request.send_header("Transfer-Encoding", "chunked")
        http_request.end_headers()
        self.listeners.append(inbox)
        while (event := inbox.get()) is not None:
            line = json.dumps(event).encode() + b"\n"
            http_request.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            http_request.wfile.flush()
        http_request.close_connection = True
        http_request.connection.close()
