"""Azure's login and its DNS API, as far as storm_azure_dns.py asks, on loopback. Conditions and errors as the real ones answer them.

As a program, for tests/acme: fake_azure.py PORT URL, where URL is pebble-challtestsrv's; what is in the zone, that one answers. The
credential that it takes is in its environment, by the names that the script has for it.
"""
import http.server
import json
import os
import re
import socketserver
import sys
import threading
import urllib.parse
import urllib.request

CREDENTIAL = {"AZURE_CLIENT_ID": "client-1", "AZURE_CLIENT_SECRET": "pass~word/of+the&client", "AZURE_TENANT_ID": "tenant-1",
              "AZURE_SUBSCRIPTION_ID": "subscription-1", "AZURE_RESOURCE_GROUP": "storm-prod-dns"}
TOKEN = "token-of-the-hour"
LIMIT = 20
URL = re.compile(r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)/providers/Microsoft\.Network"
                 r"/dnsZones/(?P<zone>[^/]+)/TXT/(?P<name>[^/]+)")


def failure(code, message):
    return {"error": {"code": code, "message": message}}


class FakeAzure:
    """`sets`: {relative name: record set}. Each of `meddlers` is called once before a write, as another who writes the same name."""

    def __init__(self, credential, zone, port=0, changed=lambda name, values: None):
        self.credential, self.zone, self.changed = credential, zone, changed
        self.sets, self.meddlers, self.calls, self.edition = {}, [], [], 0
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.owner = self
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def values(self, name):
        return [record["value"] for record in self.sets[name]["properties"]["TXTRecords"]] if name in self.sets else None

    def put(self, name, properties):
        self.edition += 1
        self.sets[name] = {"id": f"/{name}", "name": name, "type": "Microsoft.Network/dnszones/TXT", "etag": f"edition-{self.edition}",
                           "properties": {"fqdn": f"{name}.{self.zone}.", "provisioningState": "Succeeded", **properties}}
        self.changed(f"{name}.{self.zone}.", ["".join(value) for value in self.values(name)])

    def serve(self, method, url, headers, body):
        parts = urllib.parse.urlsplit(url)
        self.calls.append((method, parts.path))
        if parts.path.endswith("/oauth2/v2.0/token"):
            return self.login(method, parts.path, headers, urllib.parse.parse_qs(body))
        return self.records(method, parts, headers, body)

    def login(self, method, path, headers, form):
        wanted = {"grant_type": ["client_credentials"], "client_id": [self.credential["AZURE_CLIENT_ID"]],
                  "client_secret": [self.credential["AZURE_CLIENT_SECRET"]], "scope": ["https://management.azure.com/.default"]}
        if (method, path) != ("POST", f"/{self.credential['AZURE_TENANT_ID']}/oauth2/v2.0/token"):
            return 400, {"error": "invalid_request", "error_description": "AADSTS90002: Tenant not found."}
        if headers.get("Content-Type") != "application/x-www-form-urlencoded" or form.keys() != wanted.keys():
            return 400, {"error": "invalid_request", "error_description": "AADSTS900144: The request body is not as it must be."}
        if form != wanted:
            # The real one does not repeat the secret. Nobody has to rely on that.
            return 401, {"error": "invalid_client", "error_description":
                         f"AADSTS7000215: Invalid client secret provided: {form['client_secret'][0]}.\r\nTrace ID: 1"}
        return 200, {"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN}

    def records(self, method, parts, headers, body):
        where = URL.fullmatch(urllib.parse.unquote(parts.path))
        if parts.query != "api-version=2018-05-01" or where is None:
            return 400, failure("InvalidApiVersionParameter", f"{parts.path}?{parts.query}")
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, failure("InvalidAuthenticationToken", f"The access token is invalid: {headers.get('Authorization')}")
        if where["subscription"] != self.credential["AZURE_SUBSCRIPTION_ID"]:
            return 404, failure("SubscriptionNotFound", "The subscription could not be found.")
        if where["group"] != self.credential["AZURE_RESOURCE_GROUP"] or where["zone"] != self.zone:
            return 404, failure("ResourceNotFound", f"dnszones/{where['zone']} under resource group {where['group']} was not found.")
        if method == "GET":
            found = self.sets.get(where["name"])
            return (200, found) if found else (404, {"code": "NotFound", "message": "The resource record does not exist."})
        return self.write(method, where["name"], headers, body)

    def write(self, method, name, headers, body):
        if self.meddlers:
            self.meddlers.pop(0)()
        current = self.sets.get(name, {}).get("etag")
        if headers.get("If-Match") not in (None, current) or (headers.get("If-None-Match") == "*" and current):
            return 412, {"code": "PreconditionFailed", "message": f"The condition was not satisfied. The current was '{current}'."}
        if method == "DELETE":
            self.changed(f"{name}.{self.zone}.", [])
            return (200, {}) if self.sets.pop(name, None) else (204, {})
        properties = json.loads(body)["properties"]
        if len(properties["TXTRecords"]) > LIMIT or not 1 <= properties["TTL"] < 2 ** 31:
            return 400, {"code": "BadRequest", "message": "The record set is not valid."}
        self.put(name, properties)
        return (200 if current else 201), self.sets[name]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        status, value = self.server.owner.serve(self.command, self.path, self.headers, body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"" if status == 204 else json.dumps(value).encode())

    do_GET = do_PUT = do_POST = do_DELETE = handle_any


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def started(*args):
    fake = FakeAzure(*args)
    threading.Thread(target=fake.server.serve_forever, args=(0.01,), daemon=True).start()
    return fake


def mirror(base):
    """Tells pebble-challtestsrv what a name answers; a record of its own hides what a wildcard answers."""
    def changed(name, values):
        steps = [("clear-txt", {"host": name}), ("clear-cname", {"host": name}),
                 *(("set-txt", {"host": name, "value": value}) for value in values)]
        for step, body in steps:
            urllib.request.urlopen(f"{base}/{step}", json.dumps(body).encode(), timeout=10).close()
    return changed


if __name__ == "__main__":
    FakeAzure(os.environ, os.environ["STORM_DNS_ZONE"], int(sys.argv[1]), mirror(sys.argv[2])).server.serve_forever()
