"""What the node's daemons share: this node's identity, the local Consul agent and Docker engine, files and locks."""
import base64
import contextlib
import fcntl
import functools
import http.client
import json
import os
import random
import socket
import time
import urllib.parse


class ApiError(OSError):
    """Consul or Docker answered, but not with what was asked for."""


def path(absolute):
    """Where a file of the node is; tests move the whole tree with STORM_ROOT."""
    return os.environ.get("STORM_ROOT", "") + absolute


@functools.lru_cache(maxsize=None)
def node():
    """The node's identity, written once by user-data."""
    with open(path("/etc/storm/node.json"), encoding="utf-8") as file:
        return json.load(file)


def log(message):
    print(message, flush=True)


def atomic_write(name, data, mode=0o600):
    """A reader sees the old content or the new, also after a power loss."""
    os.makedirs(os.path.dirname(name), exist_ok=True)
    temporary = f"{name}.{os.getpid()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(data if isinstance(data, bytes) else data.encode())
        file.flush()
        os.fsync(descriptor)
    os.replace(temporary, name)


@contextlib.contextmanager
def lock(name):
    """One holder on this node; released by the kernel when the holder dies."""
    os.makedirs(path("/run/storm"), exist_ok=True)
    with open(path(f"/run/storm/{name}.lock"), "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Backoff:
    """Pauses that grow from `first` to `limit` seconds, with jitter so that nodes do not retry in step."""

    def __init__(self, first=0.2, limit=5.0):
        self.first, self.limit, self.pause = first, limit, first

    def reset(self):
        self.pause = self.first

    def wait(self):
        time.sleep(self.pause * random.uniform(0.7, 1.0))
        self.pause = min(self.pause * 2, self.limit)


def forever(step, pause=1.0, limit=5.0):
    """Runs `step` for ever. Failures are retried with growing pauses (parts do restart); a new one is logged."""
    backoff, last = Backoff(limit=limit), None
    while True:
        try:
            step()
            backoff.reset()
            last = None
            time.sleep(pause)
        except (OSError, KeyError, ValueError, TypeError) as error:
            message = f"{type(error).__name__}: {error}"
            if message[:60] != last:  # the rest may name whoever answered
                log(f"{step.__qualname__}: {message}; trying again")
            last = message[:60]
            backoff.wait()


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _address(url, query):
    pairs = {key: _text(value) for key, value in query.items() if value is not None}
    return url + ("?" + urllib.parse.urlencode(pairs) if pairs else "")


def _json(raw):
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")


@contextlib.contextmanager
def _exchange(connection, method, url, body, headers):
    if body is not None and not isinstance(body, (str, bytes)):
        body = json.dumps(body)
        headers = {**headers, "Content-Type": "application/json"}
    try:
        connection.request(method, url, body, headers)
        yield connection.getresponse()
    except http.client.HTTPException as error:  # a peer that died in the middle of an answer
        raise ConnectionError(f"{method} {url.split('?')[0]}: {error!r}") from error
    finally:
        connection.close()


def parsed(text):
    """The JSON object that an elastic node wrote; {} for anything else, which may be there too."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(text)
        return found if isinstance(found, dict) else {}
    return {}


class Consul:
    """The local Consul agent. The token is read from its file at each request, so that rotating it needs no restart."""

    def __init__(self, token_name=None, timeout=10):
        self.token_name, self.timeout = token_name, timeout
        self.base = urllib.parse.urlsplit(os.environ.get("STORM_CONSUL", "http://127.0.0.1:8500"))

    def secret(self):
        with contextlib.suppress(FileNotFoundError):
            with open(path(f"/etc/storm/tokens/{self.token_name}"), encoding="utf-8") as file:
                return file.read().strip()
        return ""

    def _headers(self):
        return {"X-Consul-Token": self.secret()}

    def _connection(self, timeout):
        return http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=timeout)

    def _call(self, method, url, body=None, query=None, timeout=None):
        url = url if url.startswith("/v1/") else "/v1/" + url.lstrip("/")
        query = {key.replace("_", "-"): value for key, value in (query or {}).items()}
        with _exchange(self._connection(timeout or self.timeout), method, _address(url, query), body, self._headers()) as response:
            return response.status, response.read(), dict(response.getheaders())

    def get(self, url, **query):
        status, raw, headers = self._call("GET", url, None, query)
        return status, _json(raw), headers

    def put(self, url, body=None, **query):
        status, raw, _ = self._call("PUT", url, body, query)
        return status, _json(raw)

    def delete(self, url, **query):
        status, raw, _ = self._call("DELETE", url, None, query)
        return status, _json(raw)

    def kv_get(self, key, **query):
        """The key's value; None if there is no such key."""
        status, raw, _ = self._call("GET", "/v1/kv/" + urllib.parse.quote(key), None, {"raw": True, **query})
        if status == 404:
            return None
        if status != 200:
            raise ApiError(f"Consul KV {key}: {status} {raw[:200]!r}")
        return raw.decode("utf-8", "replace")

    def kv_put(self, key, value, **query):
        status, raw, _ = self._call("PUT", "/v1/kv/" + urllib.parse.quote(key), value, query)
        if status != 200:
            raise ApiError(f"Consul KV {key}: {status} {raw[:200]!r}")
        return raw.strip() == b"true"

    def kv_delete(self, key):
        """Not by the key's address: one with a line break or `//` has none that Consul takes, and pools' nodes name keys themselves."""
        status, answer = self.put("txn", [{"KV": {"Verb": "delete", "Key": key}}])
        if status != 200:
            raise ApiError(f"Consul KV {key}: {status} {str(answer)[:200]}")

    def kv_tree(self, prefix, index=0, wait="55s", **query):
        """Everything under `prefix`, and the index to wait from; blocks until it changes when `index` is not 0."""
        seconds = float(wait[:-1]) * {"s": 1, "m": 60}[wait[-1]]
        query = {"recurse": True, "index": index or None, "wait": wait if index else None, **query}
        # Consul adds up to a sixteenth of the wait as jitter.
        status, raw, headers = self._call(
            "GET", "/v1/kv/" + urllib.parse.quote(prefix), None, query, timeout=self.timeout + seconds * 1.1)
        if status not in (200, 404):
            raise ApiError(f"Consul KV {prefix}: {status} {raw[:200]!r}")
        entries = json.loads(raw) if status == 200 else []
        new = int(headers.get("X-Consul-Index", 0))
        # One value that is no text must not keep the others from who reads them all.
        return ({entry["Key"]: base64.b64decode(entry["Value"] or "").decode("utf-8", "replace") for entry in entries},
                max(new, 1) if new >= index else 0)  # an index that went back (restored snapshot) starts over


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, socket_path, timeout):
        super().__init__("docker", timeout=timeout)
        self.socket_path = socket_path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.socket_path)


class Docker:
    """The local Docker engine by its socket."""

    def __init__(self, timeout=30):
        self.socket_path = os.environ.get("STORM_DOCKER_SOCK", "/var/run/docker.sock")
        self.timeout = timeout

    def _call(self, method, url, body=None, query=None, timeout=None):
        connection = _UnixConnection(self.socket_path, timeout or self.timeout)
        with _exchange(connection, method, _address(url, query or {}), body, {}) as response:
            return response.status, _json(response.read())

    def get(self, url, **query):
        return self._call("GET", url, None, query)

    def post(self, url, body=None, *, timeout=None, **query):
        return self._call("POST", url, body, query, timeout)

    def delete(self, url, **query):
        return self._call("DELETE", url, None, query)

    def events(self, filters=None, since=None):
        """Events as they come, for ever; raises when the engine goes away."""
        connection = _UnixConnection(self.socket_path, None)
        url = _address("/events", {"filters": filters or {}, "since": since})
        with _exchange(connection, "GET", url, None, {}) as response:
            if response.status != 200:
                raise ApiError(f"Docker events: {response.status} {response.read()[:200]!r}")
            for line in response:
                yield json.loads(line)
        raise ConnectionError("Docker events: the engine closed the stream")
