import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "../../lab/image/docker";
import { ensureNodeImage } from "../../lab/image/node-image";
import { cacheFolder } from "../../tools/paths";

const prefix = `storm-mesh-test-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "storm-mesh-"));
const script = join(__dirname, "..", "..", "boot", "scripts", "storm-mesh");
const NAMES = ["one", "two", "stranger"];
const addressOf = (name: string) => `100.64.7.${NAMES.indexOf(name) + 1}`;
const inside = (name: string, command: string) => docker(["exec", `${prefix}-${name}`, "sh", "-c", command]);
const answers = (from: string, to: string) =>
  inside(from, `ping -c 1 -W 2 ${addressOf(to)} >/dev/null 2>&1 && echo yes || echo no`);

/** A container with the node's script and a configuration without encryption. */
async function start(name: string, image: string): Promise<void> {
  const conf = {
    name,
    mesh: {
      address: addressOf(name),
      cidr: "100.64.0.0/10",
      port: 51820,
      mtu: 1420,
      interface: "storm0",
      encrypted: false,
    },
  };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(conf));
  const mounts = [`${script}:/storm-mesh:ro`, `${join(folder, `${name}.json`)}:/etc/storm/node.json:ro`];
  const flags = ["--cap-add=NET_ADMIN", `--network=${prefix}`, ...mounts.map((mount) => `--volume=${mount}`)];
  await docker(["run", "--detach", "--name", `${prefix}-${name}`, ...flags, "--entrypoint", "sleep", image, "600"]);
  // The unit's part: nobody listens to systemd-notify here.
  await inside(name, "mkdir -p /run/storm /var/lib/storm && ln -sf /bin/true /usr/local/bin/systemd-notify");
  await docker(["exec", "--detach", `${prefix}-${name}`, "/storm-mesh", "run"]);
}

async function introduce(name: string, peers: string[]): Promise<void> {
  const format = `{{(index .NetworkSettings.Networks "${prefix}").IPAddress}}`;
  const known = await Promise.all(
    peers.map(async (peer): Promise<[string, object]> => {
      const host = (await docker(["inspect", "--format", format, `${prefix}-${peer}`])).trim();
      return [peer, { publicKey: "unused", endpoint: `${host}:51820`, address: addressOf(peer) }];
    }),
  );
  const text = JSON.stringify({ peers: Object.fromEntries(known) });
  const up = `for i in $(seq 100); do ip route show dev storm0 2>/dev/null | grep -q . && break; sleep 0.1; done`;
  await inside(name, `${up}; echo '${text}' >/var/lib/storm/peers.json && /storm-mesh sync`);
}

beforeAll(async () => {
  const { reference } = await ensureNodeImage({ cacheDir: cacheFolder(), report: () => undefined });
  await docker(["network", "create", prefix]);
  await Promise.all(NAMES.map((name) => start(name, reference)));
}, 900_000);

afterAll(async () => {
  await docker(["rm", "--force", "--volumes", ...NAMES.map((name) => `${prefix}-${name}`)]);
  await docker(["network", "rm", prefix]);
  rmSync(folder, { recursive: true });
}, 60_000);

test("a mesh without encryption joins known peers, and answers nobody else", async () => {
  await introduce("one", ["two"]);
  await introduce("two", ["one"]);
  await introduce("stranger", ["one", "two"]);
  expect(await answers("one", "two")).toBe("yes");
  expect(await answers("stranger", "one")).toBe("no");
}, 60_000);

test("a peer that is taken out gets no answer any more", async () => {
  await introduce("one", []);
  expect(await answers("two", "one")).toBe("no");
  expect(
    await inside("one", "ip neighbour show dev storm0 nud permanent; bridge fdb show dev storm0 | grep dst || true"),
  ).toBe("");
}, 60_000);
