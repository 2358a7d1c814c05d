"""What Consul's API offers besides keys, asked for with a token that must get none of it. Not a choice: each part of the API is here."""
import re

from server import ACL, POOL

import storm_acl

DENIED = r"^403 .*(Permission denied|ACL not found)"
NOTHING = r"^200 (\[\]|\{\}|null)$"  # Consul leaves out of a list what the token may not read
KEYRING_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
SERVER = {"Node": "m1", "Address": "192.0.2.1"}


def common(session):
    """Name: method, path, body, and the answer if it is not DENIED."""
    return {
        "list tokens": ("GET", "acl/tokens"),
        "read the controller's token": ("GET", f"acl/token/{accessor('storm:controller')}"),
        "make a token of its own with all rights": ("PUT", "acl/token", {"Policies": [{"Name": "global-management"}]}),
        "give itself all rights": ("PUT", f"acl/token/{accessor(f'storm:pool {POOL}')}", {"Policies": [{"Name": "global-management"}]}),
        "end the controller's token": ("DELETE", f"acl/token/{accessor('storm:controller')}"),
        "bootstrap": ("PUT", "acl/bootstrap"),
        "list policies": ("GET", "acl/policies"),
        "make a policy": ("PUT", "acl/policy", {"Name": "own", "Rules": 'operator = "write"'}),
        "make a role": ("PUT", "acl/role", {"Name": "own", "Policies": [{"Name": "global-management"}]}),
        "make a way to log in": ("PUT", "acl/auth-method", {"Name": "own", "Type": "jwt"}),
        "make a rule for who logs in": ("PUT", "acl/binding-rule", {"AuthMethod": "own", "BindType": "role", "BindName": "own"}),
        "log in": ("POST", "acl/login", {"AuthMethod": "own", "BearerToken": "x"}),
        "read the server's configuration": ("GET", "agent/self"),
        "read the server's machine": ("GET", "agent/host"),
        "read the server's log": ("GET", "agent/monitor"),
        "list members": ("GET", "agent/members", None, NOTHING),
        "make the server leave": ("PUT", "agent/leave"),
        "make the server join another cluster": ("PUT", "agent/join/127.0.0.1:1"),
        "force a member out": ("PUT", "agent/force-leave/m1?prune"),
        "replace the server's own token": ("PUT", "agent/token/agent", {"Token": "x"}),
        "make the server read its files": ("PUT", "agent/reload"),
        "maintenance of the server": ("PUT", "agent/maintenance?enable=true"),
        "register a service": ("PUT", "agent/service/register", {"Name": "own", "Port": 1}),
        "register over another's service": ("PUT", "agent/service/register", {"Name": "shop", "Port": 1}),
        "deregister another's service": ("PUT", "agent/service/deregister/shop"),
        "maintenance of another's service": ("PUT", "agent/service/maintenance/shop?enable=true"),
        "register a check": ("PUT", "agent/check/register", {"Name": "own", "TTL": "10s"}),
        "fail another's check": ("PUT", "agent/check/fail/service:shop"),
        # Not one that somebody has asked for by right before: an agent hands those to any token.
        "a certificate in another service's name": ("GET", "agent/connect/ca/leaf/shop"),
        "register a node": ("PUT", "catalog/register", {"Node": "own", "Address": "192.0.2.1"}),
        "give a server another address": ("PUT", "catalog/register", SERVER),
        "a service as another node's": ("PUT", "catalog/register", {**SERVER, "SkipNodeUpdate": True, "Service": {"Service": "shop"}}),
        "deregister a server": ("PUT", "catalog/deregister", {"Node": "m1"}),
        "list nodes": ("GET", "catalog/nodes", None, NOTHING),
        "list services": ("GET", "catalog/services", None, NOTHING),
        "where a service is": ("GET", "health/service/shop", None, NOTHING),
        "checks of a node": ("GET", "health/node/m1", None, NOTHING),
        "UI: nodes": ("GET", "internal/ui/nodes", None, NOTHING),
        "UI: services": ("GET", "internal/ui/services", None, NOTHING),
        "UI: overview": ("GET", "internal/ui/catalog-overview"),
        "a service's virtual address": ("PUT", "internal/service-virtual-ip", {"Service": "shop", "ManualVIPs": ["192.0.2.1"]}),
        "list federation states": ("GET", "internal/federation-states"),
        "read a configuration entry": ("GET", "config/service-defaults/shop"),
        "write a configuration entry": ("PUT", "config", {"Kind": "service-defaults", "Name": "shop", "Protocol": "grpc"}),
        "defaults of all proxies": ("PUT", "config", {"Kind": "proxy-defaults", "Name": "global", "Config": {"x": 1}}),
        "list intentions": ("GET", "connect/intentions", None, NOTHING),
        "write an intention": ("PUT", "connect/intentions/exact?source=own&destination=shop", {"Action": "allow"}),
        "read the authority's settings": ("GET", "connect/ca/configuration"),
        "replace the authority": ("PUT", "connect/ca/configuration", {"Provider": "consul", "Config": {}}),
        "a node's coordinates": ("PUT", "coordinate/update", {"Node": "m1", "Coord": {"Vec": [0] * 8, "Error": 1, "Height": 1}}),
        "fire an event": ("PUT", "event/fire/own"),
        "list events": ("GET", "event/list", None, NOTHING),
        "a named query": ("POST", "query", {"Name": "own", "Service": {"Service": "shop"}}),
        # Consul has no rule for these: it asks for a session, and a session it refuses.
        "a query without a name": ("POST", "query", {"Service": {"Service": "shop"}}, "^500 .*Must be bound to a session"),
        "list queries": ("GET", "query", None, NOTHING),
        "a session": ("PUT", "session/create", {}),
        "a session of another node": ("PUT", "session/create", {"Node": "m1"}),
        "renew another's session": ("PUT", f"session/renew/{session}"),
        "end another's session": ("PUT", f"session/destroy/{session}"),
        "list sessions": ("GET", "session/list", None, NOTHING),
        "read Raft's members": ("GET", "operator/raft/configuration"),
        "remove a Raft member": ("DELETE", "operator/raft/peer?address=127.0.0.1:1"),
        "move Raft's leader": ("POST", "operator/raft/transfer-leader"),
        "read autopilot": ("GET", "operator/autopilot/configuration"),
        "read the servers' health": ("GET", "operator/autopilot/health"),
        "set autopilot": ("PUT", "operator/autopilot/configuration", {"CleanupDeadServers": False}),
        "read how much there is": ("GET", "operator/usage"),
        "read gossip keys": ("GET", "operator/keyring"),
        "install a gossip key": ("POST", "operator/keyring", {"Key": KEYRING_KEY}),
        "remove a gossip key": ("DELETE", "operator/keyring", {"Key": KEYRING_KEY}),
        "list clusters peered with": ("GET", "peerings"),
        "peer with another cluster": ("POST", "peering/token", {"PeerName": "own"}),
        "save a snapshot": ("GET", "snapshot"),
        "restore a snapshot": ("PUT", "snapshot", "x"),
        "a node's address in a transaction": ("PUT", "txn", [{"Node": {"Verb": "set", "Node": SERVER}}], "^409 .*Permission denied"),
    }


def accessor(description):
    return next(token["accessor"] for token in ACL["tokens"] if token["description"] == description)


def answer(consul, method, url, body=None, _=None):
    status, raw, _ = consul._call(method, url, body)
    return f"{status} {raw.decode('utf-8', 'replace')}"


def refused(case, consul, operations):
    """Tries each, and says which of them was not refused as it should be."""
    for name, operation in operations.items():
        with case.subTest(name):
            wanted = operation[3] if len(operation) > 3 else DENIED
            case.assertRegex(answer(consul, *operation), wanted)


def something_to_see(management):
    """One of everything, so that an empty answer means that it was held back. Returns the session."""
    session = management.put("session/create", {"Name": "a manager's"})[1]["ID"]
    for method, url, body in (
            ("PUT", "agent/service/register", {"Name": "shop", "Port": 80, "Check": {"TTL": "1h", "Status": "passing"}}),
            ("PUT", "connect/intentions/exact?source=web&destination=shop", {"Action": "allow"}),
            ("PUT", "config", {"Kind": "service-defaults", "Name": "shop", "Protocol": "http"}),
            ("PUT", "event/fire/deployed", None)):
        storm_acl.expect((management._call(method, url, body)[0], url), url)
    if not management.get("query")[1]:
        storm_acl.expect(management._call("POST", "query", {"Name": "shop", "Service": {"Service": "shop"}}), "query")
    return session


def picture(management):
    """All of the cluster's state that an operation could change."""
    urls = ("kv/?recurse", "acl/tokens", "acl/policies", "acl/roles", "acl/auth-methods", "acl/binding-rules", "agent/services", "agent/checks",
            "catalog/nodes", "catalog/service/shop", "config/service-defaults", "config/proxy-defaults", "connect/intentions",
            "connect/ca/configuration", "event/list", "query", "session/list", "operator/raft/configuration",
            "operator/autopilot/configuration", "operator/keyring", "peerings", "status/leader")
    return {url: re.sub(r'"LastIndex":\d+', "", answer(management, "GET", url)) for url in urls}


def blind(management, operations):
    """The reads that show nothing even with all rights, and so would prove nothing."""
    wrong = {}
    for name, operation in operations.items():
        # The log never ends, the certificate would then be there for all.
        if operation[0] == "GET" and operation[1] not in ("agent/monitor", "agent/connect/ca/leaf/shop"):
            text, empty_is_refusal = answer(management, *operation), len(operation) > 3
            if re.match("^40[034] ", text) or empty_is_refusal and re.match(NOTHING, text):
                wrong[name] = text
    return wrong


def nothing_else(case, consul, management, keys):
    """Tries `keys` and what is common to all tokens: each is refused, would have shown or done something, and the state stays as it was."""
    operations = {**keys, **common(something_to_see(management))}
    case.assertEqual(blind(management, operations), {})
    before = picture(management)
    refused(case, consul, operations)
    case.assertEqual(picture(management), before)
