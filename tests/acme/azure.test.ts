/** Azure DNS, which Debian's lego does not know: the program's own settings, real lego and our script, against a stand-in of Azure's APIs. */
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { acmeSettings } from "../../boot/acme";
import { planOf } from "../boot/support";
import { AcmeLab } from "./lab";

jest.setTimeout(300_000);

const YML = `
Hostname: storm.example.com
Azure: [3, small]
dns: { provider: azure, zone: example.com, create: true }
tls: { acme: { email: ops@example.com } }
compose: { web: { file: web.yml } }
`;
const CREDENTIAL = {
  AZURE_CLIENT_ID: "client-of-the-zone",
  AZURE_CLIENT_SECRET: "sesame~open/please",
  AZURE_RESOURCE_GROUP: "group-of-the-zone",
  AZURE_SUBSCRIPTION_ID: "subscription-of-the-zone",
  AZURE_TENANT_ID: "tenant-of-the-zone",
};
const CHALLENGE = "_acme-challenge.web.dev.storm.example.com";

let lab: AcmeLab;
let azure: Record<string, string>;
let manager: string;
beforeAll(async () => {
  lab = await AcmeLab.start(3600);
  azure = await lab.startAzure(CREDENTIAL, "example.com");
  manager = lab.node("manager-1", true);
});
afterAll(() => lab?.stop());

/** One run on the manager, with the settings that the program gives it. */
async function issue(changes: Record<string, string> = {}) {
  const settings = acmeSettings(planOf(YML), { ...CREDENTIAL, ...changes });
  if (settings === undefined) throw new Error("no ACME in the plan");
  writeFileSync(join(manager, "etc/storm/acme/issue.json"), lab.settings(settings, azure), { mode: 0o600 });
  return lab.script("storm_acme.py", manager);
}
const read = async (key: string) => JSON.parse((await lab.read(`storm/acme/${key}`)) ?? "{}") as Record<string, string>;

test("a wrong credential is Azure's own words in log and state, without the credential", async () => {
  const failed = await issue({ AZURE_CLIENT_SECRET: "not-the-one" });
  expect(failed).toMatchObject({ code: 1 });
  const { error } = await read("state/web");
  for (const text of [failed.text, error ?? ""]) {
    expect(text).toContain(
      "Azure's login with AZURE_CLIENT_ID and AZURE_CLIENT_SECRET: 401 invalid_client: AADSTS7000215",
    );
    expect(text).not.toContain("not-the-one");
  }
});

test("put right, a wildcard and its base get their certificate, and no record is left", async () => {
  expect(await issue()).toMatchObject({ code: 0 });
  const names = new X509Certificate((await read("certificates/web"))["certificate"] ?? "").subjectAltName;
  expect(names?.split(", ").sort()).toEqual(["DNS:*.web.dev.storm.example.com", "DNS:web.dev.storm.example.com"]);
  expect(await read("certificates/storm")).toHaveProperty("key");
  expect(await lab.txt(CHALLENGE)).toEqual([]);
});
