/** `Domain`, `DnsRecord`. */
import { isIPv4 } from "node:net";
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { matches, type Table, textOf } from "./table";

/** Letters, digits and "-" in parts of at most 63; the first may be a "*". */
const RELATIVE = /^(@|(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*)$/;
const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

export const dnsTypes: Table = {
  Domain: {
    id: (inputs) => textOf(inputs, "name") ?? "",
    inputs: {
      name: { type: "string", required: true, change: "replace" },
      ipAddress: { type: "string", change: "replace" },
    },
    computed: { domainUrn: ({ id }) => `do:domain:${id}`, ttl: () => 1800 },
    check: (inputs) => matches(inputs, "name", DOMAIN, "a domain of at least two labels"),
  },
  DnsRecord: {
    id: "record-",
    inputs: {
      domain: { type: "string", required: true, change: "replace" },
      type: {
        type: "string",
        required: true,
        oneOf: ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA"],
        change: "replace",
      },
      name: { type: "string", required: true },
      value: { type: "string", required: true },
      ttl: { type: "integer", min: 30 },
      flags: { type: "integer" },
      port: { type: "integer" },
      priority: { type: "integer" },
      tag: { type: "string" },
      weight: { type: "integer" },
    },
    computed: {
      fqdn: ({ inputs }) => `${textOf(inputs, "name") ?? ""}.${textOf(inputs, "domain") ?? ""}`,
    },
    check: (inputs) => [
      ...matches(inputs, "name", RELATIVE, 'the name below the domain, "@" for the domain itself'),
      ...checkValue(inputs),
    ],
  },
};

function checkValue(inputs: ValueMap): CheckFailure[] {
  const value = textOf(inputs, "value");
  if (value === undefined) return [];
  const fail = (reason: string): CheckFailure[] => [{ property: "value", reason }];
  switch (textOf(inputs, "type")) {
    case "A":
      return isIPv4(value) ? [] : fail("an A record's value is an IPv4 address");
    case "CNAME":
      if (textOf(inputs, "name") === "@") return fail("a CNAME record cannot be at the domain itself");
      return value.endsWith(".") ? [] : fail('a CNAME record\'s value ends with "."');
    default:
      return [];
  }
}
