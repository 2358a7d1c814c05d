import os
import pathlib
import subprocess
import unittest

import fake_azure

SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / "boot" / "scripts" / "storm_azure_dns.py")
ZONE = "storm.example.com"
FQDN, NAME = "_acme-challenge.web.prod.storm.example.com.", "_acme-challenge.web.prod"
SECRET = fake_azure.CREDENTIAL["AZURE_CLIENT_SECRET"]


class Challenges(unittest.TestCase):
    def setUp(self):
        self.azure = fake_azure.started(fake_azure.CREDENTIAL, ZONE)
        self.addCleanup(self.azure.server.server_close)
        self.addCleanup(self.azure.server.shutdown)

    def run_script(self, *arguments, **changes):
        """As lego runs it: with the environment that storm_acme.py gives, and by its own first line."""
        environment = {"PATH": os.environ["PATH"], **fake_azure.CREDENTIAL, "STORM_DNS_ZONE": ZONE,
                       "STORM_AZURE_LOGIN": self.azure.base, "STORM_AZURE_MANAGEMENT": self.azure.base, **changes}
        environment = {key: value for key, value in environment.items() if value is not None}
        done = subprocess.run([SCRIPT, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
        return done.returncode, done.stdout

    def done(self, *arguments, **changes):
        self.assertEqual(self.run_script(*arguments, **changes), (0, ""))

    def refused(self, *arguments, **changes):
        code, text = self.run_script(*arguments, **changes)
        self.assertEqual(code, 1)
        self.assertNotIn("Traceback", text)
        self.assertEqual(text.count("\n"), 1)
        for secret in (SECRET, changes.get("AZURE_CLIENT_SECRET") or SECRET, fake_azure.TOKEN):
            self.assertNotIn(secret, text)
        return text

    def writes(self):
        return [method for method, _ in self.azure.calls if method in ("PUT", "DELETE")]

    def test_a_wildcard_and_its_base_side_by_side_and_each_takes_its_own_away(self):
        self.done("present", FQDN, "value-1")
        self.assertEqual(self.azure.sets[NAME]["properties"]["TTL"], 60)
        self.done("present", FQDN, "value-2")
        self.assertEqual(self.azure.values(NAME), [["value-1"], ["value-2"]])
        self.done("cleanup", FQDN, "value-1")
        self.assertEqual(self.azure.values(NAME), [["value-2"]])
        self.done("cleanup", FQDN, "value-2")
        self.assertEqual(self.azure.sets, {})

    def test_again_it_writes_nothing(self):
        for action, writes in (("present", ["PUT"]), ("cleanup", ["PUT", "DELETE"])):
            for _ in range(2):
                self.done(action, FQDN, "value-1")
            self.assertEqual(self.writes(), writes)

    def test_what_others_have_at_the_name_stays_as_it_is(self):
        theirs = {"TTL": 300, "metadata": {"owner": "others"}, "TXTRecords": [{"value": ["two", "parts"]}]}
        self.azure.put(NAME, theirs)
        self.done("present", FQDN, "value-1")
        self.assertEqual(self.azure.values(NAME), [["two", "parts"], ["value-1"]])
        self.done("cleanup", FQDN, "value-1")
        found = self.azure.sets[NAME]["properties"]
        self.assertEqual({key: found[key] for key in theirs}, theirs)

    def test_what_another_wrote_in_between_is_kept(self):
        for first in ([], [{"value": ["value-0"]}]):
            if first:
                self.azure.put(NAME, {"TTL": 60, "TXTRecords": first})
            self.azure.meddlers = [lambda: self.azure.put(NAME, {"TTL": 60, "TXTRecords": [{"value": ["value-0"]}, {"value": ["theirs"]}]})]
            self.done("present", FQDN, "value-1")
            self.assertEqual(self.azure.values(NAME), [["value-0"], ["theirs"], ["value-1"]])
            self.done("cleanup", FQDN, "value-1")
        self.azure.put(NAME, {"TTL": 60, "TXTRecords": [{"value": ["value-1"]}]})
        self.azure.meddlers = [lambda: self.azure.put(NAME, {"TTL": 60, "TXTRecords": [{"value": ["value-1"]}, {"value": ["theirs"]}]})]
        self.done("cleanup", FQDN, "value-1")
        self.assertEqual(self.azure.values(NAME), [["theirs"]])

    def test_where_others_write_without_end_it_says_so(self):
        self.azure.meddlers = [lambda: self.azure.put(NAME, {"TTL": 60, "TXTRecords": []})] * 50
        self.assertEqual(self.refused("present", FQDN, "value-1"), "storm_azure_dns: Azure DNS, TXT _acme-challenge.web.prod.storm.example.com: "
                         "changed by others 5 times while it was to be written\n")
        self.assertEqual(len(self.writes()), 5)

    def test_values_of_runs_that_were_killed_do_not_fill_the_name(self):
        left = [[f"value-{number}"] for number in range(fake_azure.LIMIT)]
        self.azure.put(NAME, {"TTL": 60, "TXTRecords": [{"value": value} for value in left]})
        self.done("present", FQDN, "one-more")
        self.assertEqual(self.azure.values(NAME), [*left[-9:], ["one-more"]])

    def test_wrong_credentials_are_named_without_a_secret(self):
        for wrong in ("not-the-one", f"{SECRET}x"):
            text = self.refused("present", FQDN, "value-1", AZURE_CLIENT_SECRET=wrong)
            self.assertEqual(text, "storm_azure_dns: Azure's login with AZURE_CLIENT_ID and AZURE_CLIENT_SECRET: 401 invalid_client: "
                             "AADSTS7000215: Invalid client secret provided: ***. Trace ID: 1\n")
        self.assertIn("400 invalid_request: AADSTS90002", self.refused("present", FQDN, "value-1", AZURE_TENANT_ID="another"))
        self.assertIn("AZURE_CLIENT_SECRET is missing", self.refused("present", FQDN, "value-1", AZURE_CLIENT_SECRET=None))

    def test_a_zone_that_is_not_there_or_not_the_names(self):
        self.assertIn("404 ResourceNotFound: dnszones/storm.example.com under resource group other",
                      self.refused("present", FQDN, "value-1", AZURE_RESOURCE_GROUP="other"))
        self.assertIn("404 SubscriptionNotFound", self.refused("present", FQDN, "value-1", AZURE_SUBSCRIPTION_ID="other"))
        self.assertIn("is not in the zone example.org", self.refused("present", FQDN, "value-1", AZURE_ZONE_NAME="example.org"))
        self.assertIn("is not in the zone", self.refused("present", "_acme-challenge.mystorm.example.com.", "value-1"))
        self.assertEqual(self.writes(), ["PUT", "PUT"])
        self.assertEqual(self.azure.sets, {})

    def test_a_zone_of_another_name_for_the_same_domain(self):
        self.azure.zone = "example.com"
        self.done("present", FQDN, "value-1", AZURE_ZONE_NAME="example.com")
        self.assertEqual(self.azure.values("_acme-challenge.web.prod.storm"), [["value-1"]])

    def test_without_tls_it_talks_to_this_machine_alone(self):
        plain = self.azure.base.replace("127.0.0.1", "localhost")
        self.assertIn("SSL", self.refused("present", FQDN, "value-1", STORM_AZURE_LOGIN=plain))
        self.assertEqual(self.azure.calls, [])

    def test_azure_that_is_away(self):
        closed = fake_azure.FakeAzure({}, ZONE)
        closed.server.server_close()
        self.assertIn("ConnectionRefusedError", self.refused("present", FQDN, "value-1", STORM_AZURE_MANAGEMENT=closed.base))

    def test_another_calling_is_refused(self):
        for arguments in ((), ("timeout",), ("present", FQDN), ("remove", FQDN, "value-1")):
            self.assertIn("usage:", self.refused(*arguments))
        self.assertEqual(self.azure.calls, [])
