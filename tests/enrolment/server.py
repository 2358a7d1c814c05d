"""A real Consul server with TLS and the program's policies, and machines that enrol with it: its own TLS, ACL and compare-and-set."""
import atexit
import base64
import gzip
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

SCRIPTS = str(pathlib.Path(__file__).resolve().parents[2] / "boot" / "scripts")
sys.path.insert(0, SCRIPTS)
POOL, OTHER = "aws-eu-west-1/web", "aws-eu-west-1/web2"
KEY = base64.b64encode(b"k" * 32).decode()
GOSSIP = base64.b64encode(b"g" * 32).decode()
WORK = tempfile.mkdtemp(prefix="storm-enrolment-")
with open(os.environ["STORM_TEST_CLUSTER"], encoding="utf-8") as opened:
    CLUSTER = json.load(opened)  # see cluster.ts
ACL = CLUSTER["acl"]
SECRETS = {entry["description"]: entry["secret"] for entry in ACL["tokens"]}


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def write(root, name, text):
    target = pathlib.Path(root + name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def certificates(folder):
    for arguments in (("ca", "create"), ("cert", "create", "-server", "-dc", "dev")):
        subprocess.run([os.environ["STORM_TEST_CONSUL"], "tls", *arguments], cwd=folder, check=True, capture_output=True)


def agent(name, parts, ports, files):
    """Starts Consul with the program's configuration, but for what two of them on one machine cannot share; it ends with the tests."""
    here = {"node_name": name, "data_dir": f"{WORK}/{name}/data", "bind_addr": "127.0.0.1", "addresses": {"http": "127.0.0.1"},
            "log_level": "error", "ports": {"serf_wan": -1, "dns": -1, **ports}, "tls": {"defaults": files}}
    for number, part in enumerate([*parts, here]):
        write(WORK, f"/{name}/consul.d/{number}.json", json.dumps(part))
    process = subprocess.Popen([os.environ["STORM_TEST_CONSUL"], "agent", f"-config-dir={WORK}/{name}/consul.d"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(lambda: (process.kill(), process.wait()))
    return process


def start():
    """Starts the server."""
    global HTTPS, CA, SERF, RPC
    atexit.register(shutil.rmtree, WORK, True)
    certificates(WORK)
    CA = pathlib.Path(WORK, "consul-agent-ca.pem").read_text(encoding="utf-8")
    http, HTTPS, SERF, RPC = free_ports(4)
    agent("m1", CLUSTER["manager"], {"http": http, "https": HTTPS, "serf_lan": SERF, "server": RPC}, {
        "ca_file": WORK + "/consul-agent-ca.pem", "cert_file": WORK + "/dev-server-consul-0.pem",
        "key_file": WORK + "/dev-server-consul-0-key.pem"})
    os.environ["STORM_CONSUL"] = f"http://127.0.0.1:{http}"


def worker(name):
    """A worker's agent, in the cluster; returns the address of its API and its process."""
    http, serf = free_ports(2)
    parts = [*CLUSTER["worker"], {"retry_join": [f"127.0.0.1:{SERF}"]}]
    process = agent(name, parts, {"http": http, "serf_lan": serf, "server": RPC}, {"ca_file": WORK + "/consul-agent-ca.pem"})
    return f"127.0.0.1:{http}", process


def token_of_birth(pool):
    """What the user-data of the pool's nodes brings."""
    files = json.loads(CLUSTER["userData"][pool].partition("\n")[2])["write_files"]
    return json.loads(next(file["content"] for file in files if file["path"] == "/etc/storm/enrolment.json"))["token"]


def machine(number, pool=POOL, block="100.64.8.0/28", ca=None, datacenter="dev"):
    """The files of an instance that has just booted; returns their root."""
    root = tempfile.mkdtemp(dir=WORK)
    node = {"name": "@NAME@", "mesh": {"address": "@ADDRESS@"}, "consul": {"server": False}, "elastic": True}
    write(root, "/var/lib/cloud/data/instance-id", number + "\n")
    write(root, "/etc/storm/elastic.json", json.dumps({
        "pool": pool, "name": pool.rpartition("/")[2], "block": block, "port": 51820, "datacenter": datacenter,
        "rendezvous": ["127.0.0.1:1", f"127.0.0.1:{HTTPS}"], "publicEndpoint": False,
        "templates": {"/etc/storm/node.json": json.dumps(node)}}))
    write(root, "/etc/storm/enrolment.json", json.dumps({"consulCaPem": ca or CA, "token": token_of_birth(pool)}))
    os.makedirs(root + "/run/storm")
    return root


def document(text):
    script = [{"path": "/usr/local/lib/storm/x.py", "content": text, "mode": "0755"}]
    secrets = [{"path": "/etc/consul.d/secrets.json", "content": json.dumps({"acl": {"tokens": {}}})},
               {"path": "/etc/storm/registry/key.pem", "content": text}]
    packed = base64.b64encode(gzip.compress(json.dumps(script).encode())).decode()
    worker = {"packed": packed, "files": secrets, "start": ["consul.service"]}
    return {"management": SECRETS["storm:management"], "gossip": GOSSIP, "acl": ACL,
            "nodes": {"m1": {"address": "100.64.4.1", "key": KEY, "pool": "aws-eu-west-1/managers", "role": "manager"}},
            "peers": {"aws-eu-west-1/managers/m1": {"publicKey": KEY, "endpoint": "192.0.2.1:51820", "address": "100.64.4.1"}},
            "elastic": {pool: {"cidr": "100.64.8.0/22", "worker": worker} for pool in (POOL, OTHER)}}


start()
os.environ["STORM_ROOT"] = machine("i-0")


def formed():
    """A cluster with both pools; returns Consul with the token that may do everything."""
    import storm_acl
    import storm_cluster
    storm_cluster.consul_up(document("one"))
    consul = storm_acl.WithToken(SECRETS["storm:management"])
    consul._call("DELETE", f"/v1/kv/storm/claims/{POOL}/", None, {"recurse": True})
    return consul


def in_process(root, code):
    return subprocess.Popen([sys.executable, "-B", "-c", f"import storm_elastic as e\n{code}"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env={**os.environ, "STORM_ROOT": root, "PYTHONPATH": SCRIPTS})
