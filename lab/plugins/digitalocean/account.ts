/** `Project`, `ProjectResources`, `SshKey`, `Tag`. */
import { createHash } from "node:crypto";
import type { Table } from "./table";
import { checkTags, matches, textsOf, textOf } from "./table";

/** What a project can hold (docs.digitalocean.com/reference/api: Project Resources). */
const URN = /^do:(droplet|volume|loadbalancer|domain|space|kubernetes|dbaas|app):.+/;

export const accountTypes: Table = {
  Tag: {
    id: (inputs) => textOf(inputs, "name") ?? "",
    inputs: { name: { type: "string", required: true, change: "replace" } },
    computed: {
      totalResourceCount: () => 0,
      dropletsCount: () => 0,
      imagesCount: () => 0,
      volumesCount: () => 0,
      volumeSnapshotsCount: () => 0,
      databasesCount: () => 0,
    },
    check: (inputs) => checkTags([inputs["name"] ?? null], "name"),
  },
  SshKey: {
    id: "key-",
    inputs: {
      name: { type: "string", required: true },
      publicKey: { type: "string", required: true, change: "replace" },
    },
    computed: { fingerprint: ({ inputs }) => fingerprint(textOf(inputs, "publicKey") ?? "") },
    check: (inputs) =>
      matches(
        inputs,
        "publicKey",
        /^(ssh-(ed25519|rsa)|ecdsa-\S+) [A-Za-z0-9+/=]+( \S+)?$/,
        "an OpenSSH public key, one line",
      ),
  },
  Project: {
    id: "project-",
    inputs: {
      name: { type: "string", required: true },
      description: { type: "string", default: "" },
      purpose: { type: "string", default: "Web Application" },
      environment: { type: "string", oneOf: ["Development", "Staging", "Production"] },
      isDefault: { type: "boolean", default: false },
      resources: { type: "strings" },
    },
    computed: {
      resources: () => [],
      ownerUuid: () => "owner",
      ownerId: () => 1,
      createdAt: () => "2026-01-01T00:00:00Z",
      updatedAt: () => "2026-01-01T00:00:00Z",
    },
    check: (inputs) => [
      ...matches(inputs, "name", /^[^]{1,175}$/, "a project's name is 1 to 175 characters"),
      ...matches(inputs, "description", /^[^]{0,255}$/, "at most 255 characters"),
      ...matches(inputs, "purpose", /^[^]{0,255}$/, "at most 255 characters"),
    ],
  },
  ProjectResources: {
    id: (inputs) => textOf(inputs, "project") ?? "",
    inputs: {
      project: { type: "string", required: true, change: "replace" },
      resources: { type: "strings", required: true },
    },
    check: (inputs) =>
      textsOf(inputs["resources"]).every((urn) => URN.test(urn))
        ? []
        : [{ property: "resources", reason: "must be the URNs of what a project can hold, such as do:droplet:1" }],
  },
};

/** MD5, as the API shows it. */
function fingerprint(publicKey: string): string {
  const body = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return (createHash("md5").update(body).digest("hex").match(/../g) ?? []).join(":");
}
