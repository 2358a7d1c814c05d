/** No secret in what a preview shows, nor in its diff, once there are secrets: after an update that has made the keys. */
import { gunzipSync } from "node:zlib";
import { deployedState, WHOLE } from "./deployed-state";
import { PreviewLab, SUITE_TIMEOUT_MS } from "./lab";
import { onlyMachines } from "./machines-program";
import { standInOnly } from "./official";

jest.setTimeout(2 * SUITE_TIMEOUT_MS);

interface Exported {
  deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
}

/** Lines of a PEM that no other text has. */
const bodies = (pems: unknown) =>
  [...JSON.stringify(pems ?? "").matchAll(/[A-Za-z0-9+/]{40,64}/g)].map(([line]) => line);

/** Of every private key in the state, decrypted: its lines. */
async function keysOf(lab: PreviewLab, stack: string): Promise<string[]> {
  const { deployment } = (await (await lab.stack(stack)).exportStack()) as Exported;
  const keys = deployment.resources.filter(({ type }) => type === "tls:index/privateKey:PrivateKey");
  expect(keys.length).toBeGreaterThan(5);
  return keys.flatMap(({ outputs }) => bodies([outputs?.["privateKeyPem"], outputs?.["privateKeyOpenssh"]]));
}

/** Everything that a preview of this storm.yml says: its resources, its messages, and the text with the diff. */
async function shown(lab: PreviewLab, text: string, stack: string, config: Record<string, string> = {}) {
  const seen = await lab.preview(text, { stack, config });
  const { stdout, stderr } = await (await lab.stack(stack)).preview({ diff: true, color: "never" });
  return {
    seen,
    stdout,
    all: [JSON.stringify(seen), stdout, stderr, ...unpacked(JSON.stringify(seen) + stdout)].join("\n"),
  };
}

/** What of a text is gzip in base64, as user-data is. */
function unpacked(text: string): string[] {
  return [...text.matchAll(/H4sI[A-Za-z0-9+/=]{20,}/g)].flatMap(([data]) => {
    try {
      return [gunzipSync(Buffer.from(data, "base64")).toString("utf8")];
    } catch {
      return [];
    }
  });
}

const POOLS = (size: string, count: number) =>
  [
    `    - {name: managers, count: 1, size: ${size}, role: manager}`,
    `    - {name: web, count: 1..3, size: ${size}, role: worker}`,
    `    - {name: data, count: ${count}, size: small, role: data, volume: 50GB}`,
  ].join("\n");
const cloud = (head: string, size: string, count: number) =>
  `Hostname: storm.example.com\nnetwork: {adminCidrs: [203.0.113.7/32]}\n${head}\n  pools:\n${POOLS(size, count)}\n`;

const clouds = ["AWS:\n  region: eu-west-1", "Azure:\n  region: westeurope", "DigitalOcean:\n  region: ams3"];

for (const head of clouds)
  standInOnly("an update makes resources")(
    `machines of ${head.split(":")[0]}, made anew and more of them`,
    async () => {
      const lab = await PreviewLab.start(false);
      try {
        onlyMachines(lab);
        await lab.up(cloud(head, "small", 1));
        const keys = await keysOf(lab, "test");
        const { seen, stdout, all } = await shown(lab, cloud(head, "medium", 2), "test");
        expect(seen.changes["create"]).toBeGreaterThan(0);
        expect(stdout).toContain("[secret]");
        expect(keys.filter((line) => all.includes(line))).toEqual([]);
        expect(all).not.toContain("PRIVATE KEY-----");
      } finally {
        lab.stop();
      }
    },
  );

test("a whole cluster: keys, tokens, the ingress's and the applications' certificates", async () => {
  const lab = await PreviewLab.start();
  try {
    const text = (count: number) => `Local: [${count}, small]\ncompose:\n  web: {file: docker-compose.yml}\n`;
    lab.write("docker-compose.yml", ["services:", "  front: {image: 'nginx:1', ports: ['80']}"]);
    await deployedState(lab, "prod", text(3));
    await lab.up(text(3), { stack: "prod", config: WHOLE });
    const { consul } = await (await lab.stack("prod")).outputs();
    const { token } = consul?.value as { token: string };
    expect(token.length).toBeGreaterThan(30);
    const keys = await keysOf(lab, "prod");
    const { seen, all } = await shown(lab, text(4), "prod", WHOLE);
    expect(seen.changes["create"]).toBeGreaterThan(0);
    expect([...keys, token].filter((secret) => all.includes(secret))).toEqual([]);
    expect(all).not.toContain("PRIVATE KEY-----");
  } finally {
    lab.stop();
  }
});
