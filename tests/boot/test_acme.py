import json
import os
import stat
import subprocess
import sys
import unittest

import fakes
import storm_acme
import storm_certificates

DAY = 86400
SETTINGS = {"server": "https://acme.test/dir", "email": "ops@example.com", "provider": "digitalocean",
            "environment": {"DO_AUTH_TOKEN": "token-of-the-zone"}, "certificates": {"web": ["*.web.test", "web.test"]}}
LEGO = f"""#!{sys.executable}
import json, os, sys
folder = sys.argv[sys.argv.index("--path") + 1]
with open({json.dumps(fakes.ROOT + "/lego-runs")}, "a") as file:
    print(json.dumps([sys.argv[1:], dict(os.environ)]), file=file)
os.makedirs(folder + "/accounts/acme.test", exist_ok=True)
open(folder + "/accounts/acme.test/key", "a").close()
if "EXEC_PATH" in os.environ:
    print("2026/11/26 01:00:00 storm_azure_dns: 401 wrong-token\\n\\n1\\n2\\n3")
    sys.exit("exit status 1")
if os.environ["DO_AUTH_TOKEN"] == "wrong-token":
    sys.exit("403: wrong-token is not allowed")
os.makedirs(folder + "/certificates", exist_ok=True)
for name, text in (("_.web.test.crt", open({json.dumps(fakes.ROOT + "/pem")}).read()), ("_.web.test.key", "PRIVATE KEY"),
                   ("_.web.test.issuer.crt", "")):
    open(folder + "/certificates/" + name, "w").write(text)
"""


def certificate(days=90):
    files = ["-keyout", "/dev/null", "-out", "-"]
    return subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=t",
                           "-days", str(days), *files], check=True, capture_output=True, text=True).stdout


PEM = certificate()
BEGIN, END = storm_certificates.validity(PEM)


class Kv:
    """Consul's KV, sessions and transactions in a dictionary."""

    def __init__(self):
        self.values, self.holder, self.sessions = {}, None, 0

    def kv_get(self, key):
        return self.values.get(key)

    def kv_put(self, key, value, acquire=None, release=None):
        if acquire and self.holder not in (None, acquire):
            return False
        self.values[key], self.holder = value, acquire
        return True

    def kv_tree(self, prefix):
        return {key: value for key, value in self.values.items() if key.startswith(prefix)}, 1

    def kv_delete(self, key):
        self.values.pop(key, None)

    def put(self, url, body=None):
        if url == "session/create":
            self.sessions += 1
            return 200, {"ID": f"s{self.sessions}"}
        if url == "txn":
            check, write = (step["KV"] for step in body)
            if check["Session"] != self.holder:
                return 409, {"Errors": []}
            self.values[write["Key"]] = storm_acme.base64.b64decode(write["Value"]).decode()
        return 200, True


class Issuing(unittest.TestCase):
    def setUp(self):
        self.kv, self.time = Kv(), BEGIN + DAY
        self.runs_file = fakes.ROOT + "/lego-runs"
        fakes.write("/lego-runs", "")
        fakes.write("/pem", PEM)
        fakes.write("/bin/lego", LEGO)
        os.chmod(fakes.ROOT + "/bin/lego", 0o755)
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{fakes.ROOT}/bin:{before}"
        self.addCleanup(os.environ.__setitem__, "PATH", before)

    def issue(self, **changes):
        return storm_acme.Issuer(self.kv, {**SETTINGS, **changes}, lambda: self.time).run()

    def runs(self):
        with open(self.runs_file, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_what_lego_is_told_and_by_which_way(self):
        self.assertEqual(self.issue(), [])
        [(arguments, environment)] = self.runs()
        folder = arguments[arguments.index("--path") + 1]
        self.assertEqual(arguments, ["--accept-tos", "--email", "ops@example.com", "--server", "https://acme.test/dir", "--dns", "digitalocean",
                                     "--key-type", "ec256", "--path", folder, "--domains", "*.web.test", "--domains", "web.test", "run"])
        self.assertEqual({key: environment[key] for key in ("DO_AUTH_TOKEN", "HOME", "LEGO_DISABLE_CNAME_SUPPORT")},
                         {"DO_AUTH_TOKEN": "token-of-the-zone", "HOME": folder, "LEGO_DISABLE_CNAME_SUPPORT": "true"})
        # Python itself sets LC_CTYPE in its child.
        self.assertEqual(set(environment) - {"LC_CTYPE"}, {"PATH", "HOME", "DO_AUTH_TOKEN", "LEGO_DISABLE_CNAME_SUPPORT"})
        self.assertFalse(os.path.exists(folder))
        self.assertIsNone(self.kv.holder)

    def test_where_lego_runs_a_script_it_is_that_one_and_its_words_are_kept(self):
        program = {"script": "storm_azure_dns.py", "zone": "web.test"}
        self.assertEqual(self.issue(provider="exec", program=program, environment={"AZURE_CLIENT_SECRET": "wrong-token"}), ["web"])
        [(arguments, environment)] = self.runs()
        self.assertEqual(arguments[arguments.index("--dns") + 1], "exec")
        self.assertEqual(environment["STORM_DNS_ZONE"], "web.test")
        self.assertTrue(os.access(environment["EXEC_PATH"], os.X_OK), environment["EXEC_PATH"])
        self.assertEqual(json.loads(self.kv.values["storm/acme/state/web"])["error"], "storm_azure_dns: 401 *** | 2 | 3 | exit status 1")

    def test_a_good_one_stays_until_thirty_days_before_its_end(self):
        self.issue()
        for day, runs in ((50, 1), (59, 1), (61, 2)):
            self.time = BEGIN + day * DAY
            self.issue()
            self.assertEqual(len(self.runs()), runs, day)

    def test_of_a_short_life_a_third_is_left(self):
        wanted = {"domains": ["a"], "server": "s"}
        short = certificate(6)
        begin, _ = storm_certificates.validity(short)
        found = {**wanted, "certificate": short}
        self.assertIsNone(storm_acme.why_due(found, wanted, begin + 3.9 * DAY))
        self.assertEqual(storm_acme.why_due(found, wanted, begin + 4.1 * DAY), "it ends in 1.9 days")

    def test_other_names_or_another_authority_are_a_new_certificate(self):
        self.issue()
        self.issue(certificates={"web": ["*.web.test"]})
        self.issue(certificates={"web": ["*.web.test"]}, server="https://other.test/dir")
        self.assertEqual(len(self.runs()), 3)

    def test_failures_wait_longer_each_time_and_never_name_the_credential(self):
        wrong = {"environment": {"DO_AUTH_TOKEN": "wrong-token"}}
        for pause in (900, 1800, 3600):
            self.assertEqual(self.issue(**wrong), ["web"])
            tries = len(self.runs())
            self.time += pause - 1
            self.assertEqual(self.issue(**wrong), [])
            self.assertEqual(len(self.runs()), tries)
            self.time += 1
        self.assertEqual(json.loads(self.kv.values["storm/acme/state/web"])["error"], "403: *** is not allowed")
        self.assertNotIn("wrong-token", json.dumps(self.kv.values))
        # Put right, it is tried at once, by the customer that was registered with the failures.
        self.assertIn("storm/acme/account", self.kv.values)
        self.time -= 10
        self.assertEqual(self.issue(), [])

    def test_while_another_manager_works_this_one_does_not(self):
        self.kv.holder = "another"
        self.assertEqual(self.issue(), [])
        self.assertEqual(self.runs(), [])

    def test_who_lost_the_lock_stores_nothing(self):
        issuer = storm_acme.Issuer(self.kv, SETTINGS, lambda: self.time)
        self.assertTrue(issuer.acquire())
        self.kv.holder = "another"
        with self.assertRaises(storm_acme.LockLost):
            issuer.obtain("web", "there is none yet")
        self.assertNotIn("storm/acme/certificates/web", self.kv.values)

    def test_only_what_has_ended_is_forgotten(self):
        key = "storm/acme/certificates/gone"
        self.kv.values[key] = json.dumps({"certificate": PEM})
        for moment, there in ((END - 1, True), (END + 1, False)):
            self.time = moment
            storm_acme.Issuer(self.kv, SETTINGS, lambda: self.time).forget_expired()
            self.assertEqual(key in self.kv.values, there)


class Serving(unittest.TestCase):
    def setUp(self):
        for name in ("storm", "web"):
            fakes.write(f"/etc/storm/ingress/{name}.crt", "internal")
        for name in os.listdir(storm_certificates.FOLDER):
            if name.startswith("acme_"):
                os.unlink(os.path.join(storm_certificates.FOLDER, name))

    def served(self, tree):
        storm_certificates.apply(["storm", "web"], tree)
        entries = json.loads(storm_certificates.read("certificates.yml"))["tls"]["certificates"]
        return [entry["certFile"].rpartition("/")[2].rpartition("_")[0] or entry["certFile"].rpartition("/")[2] for entry in entries]

    def test_the_internal_one_until_there_is_another_and_that_one_while_consul_is_away(self):
        tree = {"storm/acme/certificates/web": json.dumps({"certificate": PEM, "key": "PRIVATE KEY"})}
        self.assertEqual(self.served({}), ["storm.crt", "web.crt"])
        self.assertEqual(self.served(tree), ["storm.crt", "acme_web"])
        self.assertEqual(self.served(None), ["storm.crt", "acme_web"])
        keys = [name for name in os.listdir(storm_certificates.FOLDER) if name.startswith("acme_web") and name.endswith(".key")]
        self.assertEqual([stat.S_IMODE(os.stat(os.path.join(storm_certificates.FOLDER, name)).st_mode) for name in keys], [0o600])

    def test_what_is_no_certificate_is_not_served(self):
        for broken in ({"certificate": "text", "key": "PRIVATE KEY"}, {"certificate": PEM}, {"certificate": PEM, "key": "text"}, []):
            self.assertEqual(self.served({"storm/acme/certificates/web": json.dumps(broken)}), ["storm.crt", "web.crt"], broken)
