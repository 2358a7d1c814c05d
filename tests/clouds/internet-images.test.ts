/** A node's own Docker engine gets images by their real names, with nothing set for it but the authority it believes. */
import { docker } from "../../lab/image/docker";
import { ensureNodeImage } from "../../lab/image/node-image";
import { nodeRunFlags } from "../../lab/image/run-flags";
import { INTERNET } from "../../lab/clouds/world";
import { run } from "../../tools/command";
import { cacheFolder } from "../../tools/paths";
import { InternetLab } from "./internet-lab";

const name = `storm-internet-node-${process.pid}`;
const inside = (script: string) => run("docker", ["exec", name, "sh", "-ec", script], { allowFailure: true });
let lab: InternetLab;

beforeAll(async () => {
  const { reference } = await ensureNodeImage({ cacheDir: cacheFolder(), report: () => undefined });
  await docker(["run", "--detach", "--name", name, "--network", "none", ...nodeRunFlags(), reference]);
  const pid = await docker(["inspect", "--format", "{{.State.Pid}}", name]);
  lab = await InternetLab.start(`/proc/${pid}/ns/net`);
  await lab.internet.apply([]);
  const ca = `echo '${await lab.internet.caPem()}' >/usr/local/share/ca-certificates/lab.crt; update-ca-certificates`;
  const ready =
    "until systemctl is-system-running --wait 2>/dev/null | grep -qE '^(running|degraded)'; do sleep 0.2; done";
  const start = `${ca}; echo nameserver ${INTERNET.dns} >/etc/resolv.conf; timeout 120 sh -c "${ready}"; systemctl start docker`;
  expect(await inside(start)).toMatchObject({ code: 0 });
}, 900_000);

afterAll(async () => {
  await lab?.stop();
  await docker(["rm", "--force", "--volumes", name]);
}, 60_000);

test.each(["traefik:v3.6.0", "debian:bookworm-slim", "ghcr.io/ferretdb/ferretdb:1.24.0"])(
  "%s",
  async (image) => {
    const { code, stderr } = await inside(`docker pull --quiet ${image} && docker image inspect ${image}`);
    expect([code, stderr]).toEqual([0, ""]);
  },
  120_000,
);

test("what the registries have not is not there, and nothing can be put into them", async () => {
  expect((await inside("docker pull --quiet alpine:3")).stderr).toMatch(/not found|manifest unknown/);
  const push = "docker tag traefik:v3.6.0 ghcr.io/me/mine:1 && docker push --quiet ghcr.io/me/mine:1";
  expect((await inside(push)).code).not.toBe(0);
}, 60_000);
