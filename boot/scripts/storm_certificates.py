"""On every node, by a timer: the ingress's certificates from Consul's KV, where the managers put them (storm_acme.py).

/etc/storm/acme/ingress.json: {"names": [name]}
For each name the certificate in storm/acme/certificates/<name>; until there is one, that of the cluster's own authority, which the
program brought as /etc/storm/ingress/<name>.crt and .key. Traefik is told by certificates.yml, which only this script writes then.
"""
import hashlib
import json
import os
import re
import ssl
import subprocess

import storm_lib
from storm_lib import Consul, atomic_write, log, path

SETTINGS = path("/etc/storm/acme/ingress.json")
# As Traefik's container sees it, too.
SHOWN = "/etc/storm/ingress"
FOLDER = path(SHOWN)
LIST = "certificates.yml"
PREFIX = "storm/acme/certificates/"
# A pair is never changed in place: Traefik could read the new key with the old certificate. No stack has a "_" in its name.
PAIR = re.compile(r"acme_(.+)_([0-9a-f]{12})\.(crt|key)")


def validity(certificate):
    """Begin and end, in seconds since 1970, of the first certificate of a PEM."""
    done = subprocess.run(["openssl", "x509", "-noout", "-startdate", "-enddate"], input=certificate.encode(), capture_output=True, check=False)
    dates = dict(line.split("=", 1) for line in done.stdout.decode().splitlines() if "=" in line)
    if done.returncode != 0 or len(dates) != 2:
        raise ValueError("not a certificate in PEM")
    return ssl.cert_time_to_seconds(dates["notBefore"]), ssl.cert_time_to_seconds(dates["notAfter"])


def read(name):
    try:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write_pair(name, entry):
    """Writes the pair under a name of its content; returns that name."""
    stem = f"acme_{name}_{hashlib.sha256((entry['certificate'] + entry['key']).encode()).hexdigest()[:12]}"
    for suffix, field, mode in (("key", "key", 0o600), ("crt", "certificate", 0o644)):
        if read(f"{stem}.{suffix}") != entry[field]:
            atomic_write(os.path.join(FOLDER, f"{stem}.{suffix}"), entry[field], mode)
    return stem


def pairs():
    """{name: stem} of the pairs of earlier runs."""
    found = sorted(filter(None, map(PAIR.fullmatch, os.listdir(FOLDER))), key=lambda match: os.path.getmtime(os.path.join(FOLDER, match[0])))
    return {match[1]: match[0][:-4] for match in found if match[3] == "crt" and read(match[0][:-4] + ".key") is not None}


def usable(entry):
    try:
        validity(entry["certificate"])
        return "PRIVATE KEY" in entry["key"]
    except (KeyError, TypeError, ValueError):
        return False


def choose(names, tree):
    """{name: stem of its files}; what has neither certificate is left out. `tree` is None while Consul does not answer."""
    stems, earlier = {}, pairs()
    for name in names:
        entry = json.loads((tree or {}).get(PREFIX + name) or "null")
        if entry is not None and usable(entry):
            stems[name] = write_pair(name, entry)
        elif name in earlier:  # Consul is away, or has lost its data: what was served goes on
            stems[name] = earlier[name]
        elif read(f"{name}.crt") is not None:
            stems[name] = name
    return stems


def apply(names, tree):
    stems = choose(names, tree)
    entries = [{"certFile": f"{SHOWN}/{stem}.crt", "keyFile": f"{SHOWN}/{stem}.key"} for _, stem in sorted(stems.items())]
    text = json.dumps({"tls": {"certificates": entries}})
    if read(LIST) != text:
        atomic_write(os.path.join(FOLDER, LIST), text, 0o644)
        log("serving " + ", ".join(stem for _, stem in sorted(stems.items())))
    for name in os.listdir(FOLDER):
        if PAIR.fullmatch(name) and name[:-4] not in stems.values():
            os.unlink(os.path.join(FOLDER, name))


def main():
    with open(SETTINGS, encoding="utf-8") as file:
        names = json.load(file)["names"]
    tree = None
    try:
        tree, _ = Consul("node").kv_tree(PREFIX)
    except OSError as error:
        log(f"Consul: {error}")
    with storm_lib.lock("certificates"):
        apply(names, tree)


if __name__ == "__main__":
    main()
