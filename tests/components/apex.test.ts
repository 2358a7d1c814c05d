import * as pulumi from "@pulumi/pulumi";
import { dnsModule } from "../../stacks/providers";
import { planOf } from "../plan/plans";
import { register } from "./support/mocks";

/** Records of `https://<Hostname>` itself, as each DNS provider has them. */

const TEXT = (provider: string) => `
Hostname: storm.example.com
DigitalOcean: [3, small]
dns: {provider: ${provider}, create: true}
`;
/** [name in the zone, type] of every record that a provider has. */
const RECORD: Record<string, (inputs: Record<string, unknown>) => unknown[]> = {
  "aws:route53/record:Record": ({ name, type }) => [name, type],
  "azure-native:dns:RecordSet": ({ relativeRecordSetName, recordType }) => [relativeRecordSetName, recordType],
  "digitalocean:index/dnsRecord:DnsRecord": ({ name, type }) => [name, type],
};

test.each([
  ["route53", ["storm.example.com", "A"], ["dev.storm.example.com", "A"]],
  ["azure", ["@", "A"], ["dev", "CNAME"]],
  ["digitalocean", ["@", "A"], ["dev", "A"]],
])("%s", async (provider, bare, base) => {
  const plan = planOf(TEXT(provider));
  const { dns, env, sites } = plan;
  if (dns === undefined) throw new Error("the plan has no dns");
  const entry = {
    addresses: pulumi.output(["192.0.2.1"]),
    ports: pulumi.output<Record<string, number>>({ https: 443 }),
  };
  const { resources } = await register(() =>
    dnsModule(dns.provider).createRecords({ env, dns, sites: sites.map((site) => ({ site, entry })) }),
  );
  const records = resources.flatMap(({ type, inputs }) => {
    const read = RECORD[type];
    return read ? [read(inputs)] : [];
  });
  expect(records).toEqual(expect.arrayContaining([bare, base]));
});
