import * as fs from "node:fs";
import { eventually, type LabCluster, notYet } from "../lab";
import { Team } from "../team";

/** An application team deploys, updates and destroys examples/whoami with what the stack of outputs gives it, and nothing else. */
export function whoami(lab: LabCluster): void {
  let team: Team;
  const hidden = `${lab.file}.hidden`;

  beforeAll(async () => {
    team = await Team.start(lab);
    fs.renameSync(lab.file, hidden);
  });
  afterAll(async () => {
    await team.stop();
    fs.renameSync(hidden, lab.file);
  });

  const up = () => team.sh("pulumi up --yes --skip-preview");
  const tasks = async () => {
    const { stdout } = await lab.docker("stack", "ps", "whoami", "--quiet", "--filter", "desired-state=running");
    return stdout.trim().split("\n").sort();
  };

  /** Waits until so many tasks have answered at the service's address, and gives their names. */
  async function answering(count: number): Promise<string[]> {
    const url = (await team.sh("pulumi stack output url")).stdout.trim();
    const seen = new Set<string>();
    await eventually(60, `${count} tasks`, async () => {
      const { status, body } = await lab.fetch(url);
      if (status === "200") seen.add(body);
      return seen.size === count ? true : notYet(`${url}: ${status} ${[...seen].join()}`);
    });
    return [...seen];
  }

  test("it has no cloud credentials, no storm.yml, and no key to the operators' state", async () => {
    const { stdout } = await team.sh("env; echo HOME holds: $(ls -A $HOME)");
    expect(stdout).not.toMatch(/^(AWS|ARM|AZURE|DIGITALOCEAN|STORM|DOCKER)_/m);
    expect(stdout).toMatch(/^HOME holds:$/m);
    expect(fs.existsSync(lab.file)).toBe(false);
    // The engine ends with 0, and has nothing where it cannot decrypt.
    const asked = await team.sh(`pulumi stack output --json --show-secrets --stack organization/storm/${lab.stack}`);
    expect(JSON.parse(asked.stdout)).toMatchObject({ clientKey: null, stormCredential: null });
    expect(await lab.outputs()).toMatchObject({ clientKey: expect.stringContaining("PRIVATE KEY") as unknown });
  });

  test("up: two tasks answer at the host name, each in its turn", async () => {
    expect(await up()).toMatchObject({ code: 0 });
    for (const line of await answering(2)) expect(line).toMatch(/^whoami_whoami\.\d/);
  });

  test("once more changes nothing", async () => {
    expect(await team.sh("pulumi preview --expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("up with another number of replicas: the new one answers, the others were left alone", async () => {
    const before = await tasks();
    await team.sh("pulumi config set replicas 3");
    expect(await up()).toMatchObject({ code: 0 });
    expect(await answering(3)).toHaveLength(3);
    const after = await tasks();
    expect(after).toHaveLength(3);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test("destroy: nothing of it is left", async () => {
    expect(await team.sh("pulumi destroy --yes --skip-preview")).toMatchObject({ code: 0 });
    await eventually(60, "no service left", async () => {
      const { stdout } = await lab.docker("service", "ls", "--format", "{{.Name}}");
      return stdout.includes("whoami") ? notYet(stdout) : true;
    });
  });
}
