/** Twelve changes of one storm.yml, or of its compose file. */

/** What no comment may show: a secret's file, and a variable. */
export const CANARIES = ["canary-pin-4711", "canary-level"];

const POOLS = {
  managers: "{name: managers, count: 3, size: small, role: manager}",
  web: "{name: web, count: 2, size: small, role: worker}",
  data: "{name: data, count: 1, size: small, role: worker, volume: 50GB}",
};

interface StormYml {
  head?: string;
  domain?: string;
  pools?: Partial<typeof POOLS>;
  more?: string;
}

function stormYml({ head = "", domain = "example.com", pools = {}, more = "" }: StormYml = {}): string {
  const all = { ...POOLS, ...pools };
  return `${head}Hostname: storm.${domain}
network: {adminCidrs: [203.0.113.0/24]}
dns: {provider: route53, zone: ${domain}, create: true}
limits: {global: {nodes: 7}}
AWS:
  region: eu-west-1
  pools:
${Object.values(all)
  .filter((pool) => pool !== "")
  .map((pool) => `    - ${pool}\n`)
  .join("")}${more}compose:
  shop: {file: shop.yml}
`;
}

const SHOP = `services:
  page:
    image: nginx:1.27
    ports: ["80"]
    environment: {LEVEL: info}
    configs: [site]
    secrets: [pin]
    deploy: {replicas: 2}
configs:
  site: {file: site.conf}
secrets:
  pin: {file: pin.txt}
`;

/** Files beside storm.yml, and itself, by their names. */
export type Files = Record<"storm.yml" | "shop.yml" | "site.conf" | "pin.txt", string>;

export const BASE: Files = {
  "storm.yml": stormYml(),
  "shop.yml": SHOP,
  "site.conf": "listen 80;\n",
  "pin.txt": CANARIES[0] ?? "",
};

export interface PreparedChange {
  files: Partial<Files>;
  /** Of the policy pack: what an organisation allows besides. */
  policy?: object;
  /** What the report says is lost. */
  lost: (string | RegExp)[];
  /** Why it is refused. */
  refused?: RegExp;
}

const storm = (change: StormYml): Partial<Files> => ({ "storm.yml": stormYml(change) });

export const CHANGES: Record<string, PreparedChange> = {
  "a node more": { files: storm({ pools: { web: POOLS.web.replace("2", "3") } }), lost: [] },
  "a node less": {
    files: storm({ pools: { web: POOLS.web.replace("2", "1") } }),
    lost: ["Data in volumes on web-2, which has no disk that outlives the machine"],
  },
  "another size": {
    files: storm({ pools: { web: POOLS.web.replace("small", "medium") } }),
    lost: ["Data in volumes on web-1, web-2, which have no disk that outlives the machine"],
  },
  "another provider": {
    files: storm({ more: "DigitalOcean: {region: fra1, pools: [{name: far, count: 1}]}\n" }),
    lost: [],
  },
  "a pool that goes": {
    files: storm({ pools: { web: "" } }),
    lost: ["Data in volumes on web-1, web-2, which have no disk that outlives the machine"],
  },
  "another image of a service": { files: { "shop.yml": SHOP.replace("1.27", "1.28") }, lost: [] },
  "other configuration of a service": {
    files: {
      "shop.yml": SHOP.replace("LEVEL: info", `LEVEL: ${CANARIES[1]}`),
      "site.conf": "listen 8080;\n",
      "pin.txt": `${CANARIES[0]}-2`,
    },
    lost: [],
  },
  "more nodes than the limit": {
    files: storm({ pools: { web: POOLS.web.replace("2", "4") } }),
    lost: [],
    refused: /storm\.yml:4:\d+ limits\/global\/nodes: the limit is 7, the cluster has up to 8 nodes/,
  },
  "a volume that goes": {
    files: storm({ pools: { data: POOLS.data.replace(", volume: 50GB", "") } }),
    lost: [/^Disk data-1-data and all data on it$/],
  },
  "production begins": {
    files: storm({ head: "production: true\n" }),
    lost: ["The page that lists the services, at the cluster's own names"],
  },
  "another domain": {
    files: storm({ domain: "example.org" }),
    lost: [
      "DNS zone example.com and its records",
      /^https:\/\/page\.shop\.test\.storm\.example\.com, now https:\/\/page\.shop\.test\.storm\.example\.org: shop\/page answers there no more$/,
    ],
  },
  "a size that the organisation's policy forbids": {
    files: storm({ pools: { web: POOLS.web.replace("small", "large") } }),
    policy: { limits: { enforcementLevel: "mandatory", global: { sizes: ["micro", "small", "medium"] } } },
    lost: ["Data in volumes on web-1, web-2, which have no disk that outlives the machine"],
    refused: /^limits: .*large/s,
  },
};
