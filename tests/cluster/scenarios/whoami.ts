import * as fs from "node:fs";
import * as path from "node:path";
import type { StormCredential, StormOutputs } from "../../../outputs/schema";
import { compose } from "../../../examples/whoami/compose";
import { eventually, type Done, type LabCluster, notYet, root, run } from "../lab";

/** An application team deploys examples/whoami with what the stack's outputs give it, and nothing else. */
export function whoami(lab: LabCluster): void {
  const folder = path.join(lab.folder, "whoami");
  const url = () => {
    const { hostname, port } = new URL(lab.url);
    return `https://${hostname.replace(/^[^.]+/, "whoami")}${port === "" ? "" : `:${port}`}`;
  };

  /** deploy.sh as command.local.Command runs it: the compose file by standard input, the credential by the environment. */
  async function deploy(verb: "up" | "down"): Promise<Done> {
    const outputs = await lab.outputs();
    const { dockerHost, caCertificate, network, domains } = outputs["storm"] as StormOutputs;
    const { certificate, key } = outputs["stormCredential"] as StormCredential;
    const document = compose({
      image: "node:22-bookworm-slim",
      replicas: 2,
      host: `whoami.${Object.values(domains)[0]}`,
      network,
      programHash: "test",
    });
    fs.writeFileSync(path.join(folder, "stack.json"), JSON.stringify(document));
    return run("sh", ["-ec", `cd ${folder} && ./deploy.sh ${verb} <stack.json`], 330, {
      STACK: "whoami",
      STORM_HOST: dockerHost,
      STORM_CA: caCertificate,
      STORM_CERTIFICATE: certificate,
      STORM_KEY: key,
    });
  }

  beforeAll(() => fs.cpSync(path.join(root, "examples/whoami"), folder, { recursive: true }));

  test("two tasks answer at the host name, each in its turn", async () => {
    expect(await deploy("up")).toMatchObject({ code: 0 });
    const seen = new Set<string>();
    await eventually(60, "both tasks", async () => {
      const { status, body } = await lab.fetch(url());
      if (status === "200") seen.add(body);
      return seen.size === 2 ? true : notYet(`${status} ${[...seen].join()}`);
    });
    expect([...seen].every((line) => /^whoami_whoami\.\d/.test(line))).toBe(true);
  });

  test("once more changes nothing, and it leaves as it came", async () => {
    const tasks = () => lab.docker("stack", "ps", "whoami", "--quiet");
    const before = (await tasks()).stdout;
    expect(await deploy("up")).toMatchObject({ code: 0 });
    expect((await tasks()).stdout).toBe(before);
    expect(await deploy("down")).toMatchObject({ code: 0 });
    await eventually(60, "no service left", async () => {
      const { stdout } = await lab.docker("service", "ls", "--format", "{{.Name}}");
      return stdout.includes("whoami") ? notYet(stdout) : true;
    });
  });
}
