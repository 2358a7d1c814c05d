/** What each release leaves the state of: something of every kind that an upgrade must not make anew. */
import type { KeptState } from "./kept-state";

const APP = `services:
  web:
    build: app
    ports: ["8080"]
    configs: [site]
    secrets: [pin]
    volumes: ["data:/data"]
configs:
  site: {file: site.conf}
secrets:
  pin: {file: pin.txt}
volumes:
  data: {}
`;

const FILES = {
  "docker-compose.yml": APP,
  "app/Dockerfile": "FROM node:22-bookworm-slim\nCOPY . /app\n",
  "app/server.js": "// serves nobody\n",
  "site.conf": "listen 8080;\n",
  "pin.txt": "1234",
};

const COMPOSE = "compose:\n  demo: {file: docker-compose.yml}\n";

const LOCAL = `Hostname: storm.localhost
Local: [3, small]
${COMPOSE}`;

const CLOUDS = `Hostname: storm.example.com
network: {adminCidrs: [203.0.113.0/24]}
dns: {provider: route53, zone: example.com, create: true}
AWS:
  region: eu-central-1
  pools:
    - {name: a-managers, count: 1, size: small, role: manager}
    - {name: a-data, count: 1, size: small, role: data, volume: 50GB}
    - {name: a-web, count: 1..3, size: small, role: worker}
Azure:
  region: westeurope
  pools:
    - {name: z-managers, count: 1, size: small, role: manager}
    - {name: z-data, count: 1, size: small, role: data, volume: 50GB}
    - {name: z-web, count: 1..3, size: small, role: worker}
DigitalOcean:
  region: ams3
  pools:
    - {name: d-managers, count: 1, size: small, role: manager}
    - {name: d-data, count: 1, size: small, role: data, volume: 50GB}
    - {name: d-web, count: 1..3, size: small, role: worker}
${COMPOSE}`;

export const ENVIRONMENTS: Record<string, Omit<KeptState, "state">> = {
  local: {
    files: { ...FILES, "storm.yml": LOCAL },
    config: { "storm:local": JSON.stringify({ nodeImage: "node:1", cacheImage: "cache:1", ipvs: false }) },
  },
  clouds: { files: { ...FILES, "storm.yml": CLOUDS }, config: {} },
};
