import { ingressNames } from "../../plan/certificates";
import { planOf } from "./plans";

/** Which environment `https://<Hostname>` itself leads to: name, record and certificate say the same. */

const BASE = "dev.storm.example.com";
const BARE = "storm.example.com";
const plan = (text: string) => planOf(`Hostname: ${BARE}\n${text}`);

test.each([
  ["Local, where nobody writes records", "Local: [3, small]"],
  ["the environment that makes the zone", "AWS: [3, small]\ndns: {provider: route53, create: true}"],
  ["one that makes a zone above", "AWS: [3, small]\ndns: {provider: azure, zone: example.com, create: true}"],
  ["one that says so", "Azure: [3, small]\ndns: {provider: azure, resourceGroup: zones, apex: true}"],
  [
    "one with certificates by ACME",
    "Azure: [3, small]\ndns: {provider: azure, create: true}\ntls: {acme: {email: ops@example.com}}",
  ],
])("it is %s", (_, text) => {
  const { ownNames, dns, stacks } = plan(text);
  expect(ownNames).toEqual([BASE, BARE]);
  expect(dns?.names ?? [BASE, BARE]).toEqual([BASE, BARE]);
  expect(ingressNames({ ownNames, stacks })).toEqual({ storm: [BASE, BARE] });
});

test.each([
  ["a zone that is there belongs to somebody", "AWS: [3, small]\ndns: {provider: route53}"],
  ["another environment has it", "AWS: [3, small]\ndns: {provider: route53, create: true, apex: false}"],
  ["the zone is the environment's own", `AWS: [3, small]\ndns: {provider: route53, zone: ${BASE}, create: true}`],
  ["the zone itself cannot follow AWS's host names", "AWS: [3, small]\ndns: {provider: azure, create: true}"],
  ["an own certificate is for other names", "Local: [3, small]\ntls: {certificate: a.pem, key: a.key}"],
])("it is not, where %s", (_, text) => {
  const { ownNames, dns, stacks } = plan(text);
  expect(ownNames).toEqual([BASE]);
  expect(dns?.names ?? [BASE]).toEqual([BASE]);
  expect(ingressNames({ ownNames, stacks })).toEqual({ storm: [BASE] });
});
