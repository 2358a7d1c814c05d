/** The storm.yml of rehearsals: a manager at each of three clouds, near each other, and a guestbook. */
import { join } from "node:path";
import { sources } from "../../tools/paths";

export const MANAGERS = ["aws-1", "azure-1", "ocean-1"] as const;

/** Of the DNS records, in seconds: the least that storm.yml takes. */
export const TTL = 30;

export interface ThreeClouds {
  /** Replicas of the guestbook. */
  guestbooks: number;
  /** Pools besides the managers, as storm.yml has them: e.g. "{ name: web, count: 1..5, size: small, role: worker }". */
  pools?: Partial<Record<"AWS" | "Azure" | "DigitalOcean", string>>;
}

export function threeClouds({ guestbooks, pools = {} }: ThreeClouds): string {
  const site = (cloud: keyof typeof pools, region: string, name: string) => {
    const all = [`{ name: ${name}, count: 1, size: small, role: manager }`, ...(pools[cloud] ? [pools[cloud]] : [])];
    return `${cloud}: { region: ${region}, pools: [${all.join(", ")}] }`;
  };
  return [
    "Hostname: storm.example.com",
    site("AWS", "eu-central-1", "aws"),
    site("Azure", "westeurope", "azure"),
    site("DigitalOcean", "ams3", "ocean"),
    withGuestbook(guestbooks),
  ].join("\n");
}

/** What every rehearsal has beside its pools: records, certificates, and the guestbook with so many replicas. */
export function withGuestbook(replicas: number): string {
  return [
    `dns: { provider: route53, create: true, ttl: ${TTL} }`,
    "tls: { acme: { email: ops@storm.example.com } }",
    "compose:",
    `  demo: { file: "${join(sources, "catalog", "guestbook", "docker-compose.yml")}", scale: ${replicas} }`,
    "",
  ].join("\n");
}

/** The guestbook's address in a stack. */
export function guestbookUrl(stack: string): string {
  return `https://guestbook.demo.${stack}.storm.example.com`;
}
