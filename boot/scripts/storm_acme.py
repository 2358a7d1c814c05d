"""On every manager, by a timer: gets and renews the ingress's certificates from an ACME authority, with lego and DNS challenges.

/etc/storm/acme/issue.json: {"server", "email", "provider": lego's, "environment": {name: value}, "certificates": {name: [domain]},
"program": {"script": beside this one, "zone"}, with lego's provider exec: what lego runs for each record, and where that one writes it}
The managers share work and results in Consul's KV, below storm/acme/:
  lock                 held by a session while one of them works
  account              {"server", "email", "files": {path: text}}: lego's own, so that each manager is the same customer
  certificates/<name>  {"certificate", "key", "domains", "server"}: what every node serves (storm_certificates.py)
  state/<name>         {"failures", "after", "wanted", "error"}: when the next try may be
Nothing is asked of the authority while a certificate is good, nor within 15 minutes of a try that failed.
"""
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import storm_lib
from storm_lib import ApiError, Consul, log, path
from storm_certificates import PREFIX as CERTIFICATES
from storm_certificates import validity

SETTINGS = path("/etc/storm/acme/issue.json")
PREFIX = "storm/acme/"
LOCK = PREFIX + "lock"
# Consul gives the lock away when its holder is silent for so long; it is renewed before each certificate.
SESSION_SECONDS = 900
# One certificate: a DNS provider may need minutes until all of its servers answer.
LEGO_SECONDS = 600
# After failures: 15 minutes, then twice as long each time. Let's Encrypt takes 5 failures an hour (letsencrypt.org/docs/rate-limits).
FIRST_PAUSE, LONGEST_PAUSE = 900, 12 * 3600
# Before the end of a certificate; of one that lives for less than 90 days, a third of its life.
RENEW_SECONDS = 30 * 86400


class LockLost(OSError):
    """Another manager goes on; what this one has must not overwrite it."""


def why_due(found, wanted, now):
    """Why a certificate is to be had, None while the one there is good. `wanted`: {"domains", "server"}."""
    if found is None:
        return "there is none yet"
    if any(found.get(key) != value for key, value in wanted.items()):
        return "its names or the authority changed"
    begin, end = validity(found["certificate"])
    left = end - now
    return f"it ends in {max(0, left) / 86400:.1f} days" if left <= min(RENEW_SECONDS, (end - begin) / 3) else None


def after_failure(state, wanted, now, error):
    failures = state.get("failures", 0) + 1 if state.get("wanted") == wanted else 1
    pause = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
    return {"failures": failures, "after": now + pause, "wanted": wanted, "error": error}


def masked(text, environment):
    """lego's words without a value of its environment: providers put what they were sent into their errors."""
    for value in sorted((value for value in environment.values() if len(value) >= 4), key=len, reverse=True):
        text = text.replace(value, "***")
    return text


def tree(folder):
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8")
            for file in sorted(folder.rglob("*")) if file.is_file()}


class Lego:
    """One run of lego in a folder of its own, in memory: accounts and keys are on no disk of a manager."""

    def __init__(self, settings, account):
        self.settings, self.account = settings, account
        os.makedirs(path("/run/storm"), exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="acme-", dir=path("/run/storm")))  # mode 0700
        for name, text in account.items():
            storm_lib.atomic_write(str(self.folder / "accounts" / name), text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def issue(self, domains):
        """lego `run` for renewals too: with the account there it registers no other, and the authority tells one by its names."""
        settings, names = self.settings, [word for domain in domains for word in ("--domains", domain)]
        command = ["lego", "--accept-tos", "--email", settings["email"], "--server", settings["server"], "--dns", settings["provider"],
                   "--key-type", "ec256", "--path", str(self.folder), *names, "run"]
        # A wildcard may be a CNAME, which is for every name below it: lego would write its challenge where that leads.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), **settings["environment"], **self.program(),
                       "LEGO_DISABLE_CNAME_SUPPORT": "true"}
        try:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=LEGO_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise OSError(f"lego did not end within {LEGO_SECONDS} s") from None
        if done.returncode != 0:
            raise OSError(self.last_words(done.stdout.decode("utf-8", "replace")) or f"lego ended with {done.returncode}")
        files = self.folder / "certificates"
        found = [file for file in files.glob("*.crt") if not file.name.endswith(".issuer.crt")]
        if len(found) != 1:
            raise OSError(f"lego left {len(found)} certificates")
        return {"certificate": found[0].read_text(encoding="utf-8"), "key": found[0].with_suffix(".key").read_text(encoding="utf-8")}

    def last_words(self, output):
        """The end of lego's output, and before it what a script of ours said first: lego itself names no more than its exit status."""
        text = masked(output, self.settings["environment"])
        said = re.findall(r"\bstorm_\w+: .*", text)[:1]
        return " | ".join([*said, " | ".join(text.strip().splitlines()[-3:])[-1500:]])

    def program(self):
        """What tells lego's provider `exec` which program it is, and that program the zone."""
        program = self.settings.get("program")
        if program is None:
            return {}
        return {"EXEC_PATH": str(pathlib.Path(__file__).resolve().with_name(program["script"])), "STORM_DNS_ZONE": program["zone"]}

    def changed_account(self):
        """lego's account files when they are not those that it was given."""
        files = tree(self.folder / "accounts")
        return files if files and files != self.account else None


class Issuer:
    def __init__(self, consul, settings, now=time.time):
        self.consul, self.settings, self.now, self.session = consul, settings, now, None
        # The same settings do not become right by trying; changed ones are tried at once.
        self.digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]

    def read(self, key):
        return json.loads(self.consul.kv_get(PREFIX + key) or "null")

    def store(self, key, value):
        """Only while this manager holds the lock: one that was thought dead must not write over its successor."""
        text = base64.b64encode(json.dumps(value).encode()).decode()
        status, answer = self.consul.put("txn", [
            {"KV": {"Verb": "check-session", "Key": LOCK, "Session": self.session}},
            {"KV": {"Verb": "set", "Key": PREFIX + key, "Value": text}}])
        if status == 409:
            raise LockLost("another manager has the lock")
        if status != 200:
            raise ApiError(f"Consul KV {PREFIX}{key}: {status} {str(answer)[:200]}")

    def due(self):
        """{name: why}: what is to be had now. Asks Consul alone, so that every manager may look as often as it likes."""
        result = {}
        for name, domains in sorted(self.settings["certificates"].items()):
            why = why_due(self.read(f"certificates/{name}"), self.wanted(domains), self.now())
            state = self.read(f"state/{name}") or {}
            if why and not (state.get("wanted") == self.digest and self.now() < state["after"]):
                result[name] = why
        return result

    def wanted(self, domains):
        return {"domains": domains, "server": self.settings["server"]}

    def run(self):
        """Returns the names that failed. Does nothing while another manager works."""
        if not self.due() or not self.acquire():
            return []
        try:
            # Again: whoever had the lock before may have done it all.
            return [name for name, why in self.due().items() if not self.obtain(name, why)]
        finally:
            self.consul.kv_put(LOCK, "", release=self.session)  # a session that ends with it would leave it closed for a while
            self.consul.put(f"session/destroy/{self.session}")

    def acquire(self):
        status, answer = self.consul.put(
            "session/create", {"Name": "storm-acme", "TTL": f"{SESSION_SECONDS}s", "LockDelay": "1s", "Behavior": "release"})
        if status != 200:
            raise ApiError(f"Consul session: {status} {str(answer)[:200]}")
        self.session = answer["ID"]
        if self.consul.kv_put(LOCK, storm_lib.node()["name"], acquire=self.session):
            return True
        self.consul.put(f"session/destroy/{self.session}")
        return False

    def obtain(self, name, why):
        status, _ = self.consul.put(f"session/renew/{self.session}")
        if status != 200:
            raise LockLost("the session is gone")
        domains = self.settings["certificates"][name]
        log(f"certificate {name} ({', '.join(domains)}): {why}; asking {self.settings['server']}")
        who = {key: self.settings[key] for key in ("server", "email")}
        account = self.read("account") or {}
        known = account.get("files", {}) if {key: account.get(key) for key in who} == who else {}
        with Lego(self.settings, known) as lego:
            try:
                error, issued = None, lego.issue(domains)
            except OSError as failure:
                error = str(failure)
            changed = lego.changed_account()
        if changed:  # kept also when the certificate did not come: the next try must not be another new customer
            self.store("account", {**who, "files": changed})
        if error is not None:
            log(f"certificate {name}: {error}")
            self.store(f"state/{name}", after_failure(self.read(f"state/{name}") or {}, self.digest, self.now(), error))
            return False
        self.store(f"certificates/{name}", {**issued, **self.wanted(domains)})
        self.store(f"state/{name}", {})
        log(f"certificate {name}: stored")
        return True

    def forget_expired(self):
        """Certificates of stacks that are no more. Not before their end: a manager that is behind may not know a new stack yet."""
        for key, text in self.consul.kv_tree(CERTIFICATES)[0].items():
            name = key[len(CERTIFICATES):]
            if name not in self.settings["certificates"] and validity(json.loads(text)["certificate"])[1] < self.now():
                self.consul.kv_delete(key)
                self.consul.kv_delete(f"{PREFIX}state/{name}")


def main():
    with open(SETTINGS, encoding="utf-8") as file:
        issuer = Issuer(Consul("controller"), json.load(file))
    try:
        failed = issuer.run()
        issuer.forget_expired()
    except (OSError, KeyError, ValueError) as error:
        # The exception's text only: a trace could show a value of the settings.
        sys.exit(f"{type(error).__name__}: {masked(str(error), issuer.settings['environment'])}")
    sys.exit(f"not issued: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
