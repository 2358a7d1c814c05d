"""Consul's tokens and gossip keys: created with identifiers given beforehand, so that any step may be run again."""
import time

from storm_lib import ApiError, Consul


class Waiting(OSError):
    """Not there yet; the text says what was seen last."""


def until(seconds, step):
    """Polls `step` until it returns without an OSError; says on failure what it saw last."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return step()
        except OSError as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"gave up after {seconds} s: {error}") from error
        time.sleep(0.25)


def expect(answer, what, good=(200,)):
    if answer[0] not in good:
        raise ApiError(f"{what}: {answer[0]} {str(answer[1])[:300]}")
    return answer[1]


class WithToken(Consul):
    """Consul with a token that is in no file of its own."""

    def __init__(self, token):
        super().__init__()
        self.token = token

    def _headers(self):
        return {"X-Consul-Token": self.token}

    def usable(self):
        return self.get("acl/token/self")[0] == 200


def put_policy(consul, policy):
    status, found, _ = consul.get(f"acl/policy/name/{policy['name']}")
    body = {"Name": policy["name"], "Rules": policy["rules"], "Description": "storm"}
    if status == 200 and found:
        if found["Rules"] != policy["rules"]:
            expect(consul.put(f"acl/policy/{found['ID']}", {**body, "ID": found["ID"]}), f"policy {policy['name']}")
        return
    expect(consul.put("acl/policy", body), f"policy {policy['name']}")


def put_token(consul, token):
    body = {"AccessorID": token["accessor"], "SecretID": token["secret"], "Description": token["description"],
            "Policies": [{"Name": name} for name in token["policies"]]}
    status, found, _ = consul.get(f"acl/token/{token['accessor']}")
    if status != 200 or not found:
        if WithToken(token["secret"]).usable():
            return  # the servers made the first management token themselves, under an accessor of their own
        # read first: creating a token that is there already answers 500
        expect(consul.put("acl/token", body), f"token {token['description']}")
    elif sorted(policy["Name"] for policy in found.get("Policies") or []) != sorted(token["policies"]):
        expect(consul.put(f"acl/token/{token['accessor']}", body), f"token {token['description']}")


def put_acl(consul, acl):
    for policy in acl["policies"]:
        put_policy(consul, policy)
    for token in acl["tokens"]:
        put_token(consul, token)


def remove_old_tokens(consul, acl):
    """Tokens of earlier rotations; they go last, when every node has the new ones."""
    keep = {token["accessor"] for token in acl["tokens"]}
    for found in expect(consul.get("acl/tokens"), "tokens"):
        ours = found["Description"].startswith("storm:") or found["Description"] == "Initial Management Token"
        # The servers' own first token stands for the management token until that one has an identifier of its own.
        if ours and found["AccessorID"] not in keep and found.get("SecretID") != consul.token:
            consul.delete(f"acl/token/{found['AccessorID']}")


def remove_old_policies(consul, acl):
    """Those of pools that are gone."""
    keep = {policy["name"] for policy in acl["policies"]}
    for found in expect(consul.get("acl/policies"), "policies"):
        if found["Description"] == "storm" and found["Name"] not in keep:
            consul.delete(f"acl/policy/{found['ID']}")


def use_gossip_key(consul, key):
    """Installs the key everywhere, makes it the one in use, then removes the others; nothing if it is so already."""
    rings = expect(consul.get("operator/keyring"), "gossip keys")
    if all(set(ring["Keys"]) == {key} for ring in rings):
        return
    expect(consul._call("POST", "/v1/operator/keyring", {"Key": key})[:2], "install gossip key")
    expect(consul.put("operator/keyring", {"Key": key}), "use gossip key")
    for old in {name for ring in rings for name in ring["Keys"]} - {key}:
        consul._call("DELETE", "/v1/operator/keyring", {"Key": old})
