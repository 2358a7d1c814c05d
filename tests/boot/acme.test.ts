import { acmeCredentialErrors, acmeSettings } from "../../boot/acme";
import { bootFiles } from "../../boot/boot-files";
import { planOf } from "./support";

const YML = `
Hostname: storm.example.com
AWS: [3, small]
dns: { provider: digitalocean, zone: example.com }
tls: { acme: { email: ops@example.com } }
compose: { web: { file: web.yml } }
`;

test("managers ask Let's Encrypt for the cluster's own name, and for a wildcard a stack", () => {
  expect(acmeSettings(planOf(YML, "prod"), { DO_AUTH_TOKEN: "secret" })).toEqual({
    server: "https://acme-v02.api.letsencrypt.org/directory",
    email: "ops@example.com",
    provider: "digitalocean",
    environment: { DO_AUTH_TOKEN: "secret" },
    certificates: {
      storm: ["prod.storm.example.com"],
      web: ["*.web.prod.storm.example.com", "web.prod.storm.example.com"],
    },
  });
});

test("for Azure lego runs our script, with the zone of storm.yml and the credential as it is", () => {
  const credential = {
    AZURE_CLIENT_ID: "id",
    AZURE_CLIENT_SECRET: "secret",
    AZURE_RESOURCE_GROUP: "group",
    AZURE_SUBSCRIPTION_ID: "subscription",
    AZURE_TENANT_ID: "tenant",
  };
  expect(acmeCredentialErrors("azure", credential)).toEqual([]);
  expect(acmeCredentialErrors("azure", { ...credential, AZURE_ZONE_NAME: "example.com" })).toEqual([]);
  const azure = YML.replace("digitalocean, zone", "azure, create: true, zone");
  const settings = acmeSettings(planOf(azure, "prod"), credential);
  expect(settings).toMatchObject({
    provider: "exec",
    program: { script: "storm_azure_dns.py", zone: "example.com" },
    environment: { ...credential, EXEC_PROPAGATION_TIMEOUT: "120" },
  });
  expect(bootFiles().map(({ path }) => path)).toContain(`/usr/local/lib/storm/${settings?.program?.script}`);
});

test("a variable of lego's own provider for Azure would do nothing, or name another cloud: it is refused", () => {
  const [error] = acmeCredentialErrors("azure", { AZURE_ENVIRONMENT: "china" }).slice(-1);
  expect(error).toBe(
    '"AZURE_ENVIRONMENT" is no variable of this provider; allowed: an object of AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_RESOURCE_GROUP, AZURE_SUBSCRIPTION_ID, AZURE_TENANT_ID and AZURE_ZONE_NAME',
  );
});

test("certificates from elsewhere need no settings", () => {
  expect(acmeSettings(planOf("Local: [1, small]\n"), {})).toBeUndefined();
});

test.each([
  ["digitalocean", { DO_AUTH_TOKEN: "x", DO_TTL: "60" }],
  ["route53", { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", AWS_HOSTED_ZONE_ID: "Z1" }],
] as const)("a credential of %s", (provider, value) => expect(acmeCredentialErrors(provider, value)).toEqual([]));

test("what is missing or another program's is named, and no value", () => {
  const errors = acmeCredentialErrors("route53", { AWS_ACCESS_KEY_ID: "", LD_PRELOAD: "hidden.so", AWS_TTL: 5 });
  expect(errors.join("\n")).toMatchInlineSnapshot(`
   "AWS_ACCESS_KEY_ID is missing
   AWS_SECRET_ACCESS_KEY is missing
   AWS_TTL must be a text that is not empty
   "LD_PRELOAD" is no variable of this provider; allowed: an object of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and lego's other AWS_... variables"
  `);
  expect(errors.join("\n")).not.toContain("hidden");
  for (const value of [undefined, "text", [], null])
    expect(acmeCredentialErrors("digitalocean", value).join()).toContain("must be an object of DO_AUTH_TOKEN");
});
