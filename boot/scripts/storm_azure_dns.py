#!/usr/bin/python3
"""lego's program for challenge records at Azure DNS: Debian's and Ubuntu's lego have no provider for it, and run this one instead.

As lego's provider `exec` calls it (go-acme.github.io/lego/dns/exec): storm_azure_dns.py present|cleanup NAME. VALUE
Environment: AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_TENANT_ID, AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP; the zone is
AZURE_ZONE_NAME, else STORM_DNS_ZONE. Only tests set STORM_AZURE_LOGIN and STORM_AZURE_MANAGEMENT.
A name's other values stay: a wildcard and the name that it is below have the same challenge name. Each step may be run again.
API: learn.microsoft.com/rest/api/dns/record-sets, and learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""
import http.client
import json
import os
import sys
import urllib.parse

LOGIN, MANAGEMENT = "https://login.microsoftonline.com", "https://management.azure.com"
VERSION = "2018-05-01"
REQUEST_SECONDS = 30
# Others may change the record set between our reading and our writing, each time.
TRIES = 5
# Not longer than lego waits between two names (EXEC_SEQUENCE_INTERVAL): the authority may still know the first one's value.
TTL_SECONDS = 60
# Azure takes 20 values a name. Those of runs that were killed stay, and must not fill it.
OTHERS = 9


class Refused(OSError):
    """Azure answered, but not with what was asked for."""


def exchange(base, method, url, body=None, headers=None):
    """Status and answer; redirects are not followed, so that a credential goes nowhere else."""
    # Without TLS on this machine alone, for tests.
    kind = http.client.HTTPConnection if base.startswith("http://127.0.0.1:") else http.client.HTTPSConnection
    host = urllib.parse.urlsplit(base).netloc
    connection = kind(host, timeout=REQUEST_SECONDS)
    try:
        connection.request(method, url, body, headers or {})
        response = connection.getresponse()
        raw = response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise OSError(f"{host}: {error!r}") from None
    finally:
        connection.close()
    try:
        return response.status, json.loads(raw or "{}")
    except ValueError:
        return response.status, {"error": "no JSON", "error_description": raw}


def words(answer):
    """What Azure says about an error, in one line: the login and the management API have different forms."""
    error = answer.get("error", answer)
    code, text = (error.get("code"), error.get("message")) if isinstance(error, dict) else (error, answer.get("error_description"))
    return " ".join(f"{code}: {text}".split())[:500]


class RecordSet:
    """The TXT records of one name. `settings`: the environment."""

    def __init__(self, settings, name):
        self.settings, self.name, self.token = settings, name.rstrip(".").lower(), ""
        zone = (settings.get("AZURE_ZONE_NAME") or settings["STORM_DNS_ZONE"]).rstrip(".").lower()
        if not self.name.endswith(f".{zone}"):
            raise ValueError(f"{name} is not in the zone {zone}")
        subscription, group, relative = (urllib.parse.quote(text, safe="") for text in (
            settings["AZURE_SUBSCRIPTION_ID"], settings["AZURE_RESOURCE_GROUP"], self.name[:-len(zone) - 1]))
        self.url = (f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/dnsZones/{zone}/TXT/{relative}"
                    f"?api-version={VERSION}")

    def login(self):
        form = {"grant_type": "client_credentials", "client_id": self.settings["AZURE_CLIENT_ID"],
                "client_secret": self.settings["AZURE_CLIENT_SECRET"], "scope": f"{MANAGEMENT}/.default"}
        tenant = urllib.parse.quote(self.settings["AZURE_TENANT_ID"], safe="")
        status, answer = exchange(self.settings.get("STORM_AZURE_LOGIN", LOGIN), "POST", f"/{tenant}/oauth2/v2.0/token",
                                  urllib.parse.urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 200 or not answer.get("access_token"):
            raise Refused(f"Azure's login with AZURE_CLIENT_ID and AZURE_CLIENT_SECRET: {status} {words(answer)}")
        self.token = answer["access_token"]

    def call(self, method, accepted, body=None, condition=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(condition or {})}
        status, answer = exchange(self.settings.get("STORM_AZURE_MANAGEMENT", MANAGEMENT), method, self.url,
                                  body and json.dumps(body), headers)
        if status not in accepted:
            raise Refused(f"Azure DNS, {method} TXT {self.name}: {status} {words(answer)}")
        return status, answer

    def change(self, action, value):
        """Adds the value, or takes it away and nothing else."""
        self.login()
        for _ in range(TRIES):
            status, found = self.call("GET", (200, 404))
            found = found if status == 200 else {}
            properties = found.get("properties", {})
            records = properties.get("TXTRecords", [])
            others = [record for record in records if "".join(record["value"]) != value]
            if (len(others) < len(records)) == (action == "present"):
                return
            condition = {"If-Match": found["etag"]} if found else {"If-None-Match": "*"}
            if action == "present":
                wanted = {"TTL": TTL_SECONDS, **properties, "TXTRecords": [*others[-OTHERS:], {"value": [value]}]}
            else:
                wanted = {**properties, "TXTRecords": others}
            body = {"properties": {key: wanted[key] for key in ("TTL", "metadata", "TXTRecords") if key in wanted}}
            status, _ = self.call("PUT", (200, 201, 412), body, condition) if wanted["TXTRecords"] \
                else self.call("DELETE", (200, 204, 412), None, condition)
            if status != 412:
                return
        raise Refused(f"Azure DNS, TXT {self.name}: changed by others {TRIES} times while it was to be written")


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("present", "cleanup"):
        sys.exit("usage: storm_azure_dns.py present|cleanup NAME. VALUE")
    _, action, name, value = sys.argv
    records = None
    try:
        records = RecordSet(os.environ, name)
        records.change(action, value)
    except KeyError as error:
        sys.exit(f"storm_azure_dns: {error.args[0]} is missing")
    except (OSError, ValueError) as error:
        text = str(error)
        for secret in filter(None, (os.environ.get("AZURE_CLIENT_SECRET"), records and records.token)):
            text = text.replace(secret, "***")
        sys.exit(f"storm_azure_dns: {text}")


if __name__ == "__main__":
    main()
