import * as fs from "node:fs";
import * as path from "node:path";
import { type LabCluster, root, run } from "../lab";
import { copyOfGuestbook, stormYml } from "../storm-yml";

/** `storm secret set` on a real swarm: the value by standard input, to a service, past a deploy, to the next version. */
export function secretSet(lab: LabCluster): void {
  const set = (value: string) => {
    const storm = `${process.execPath} ${path.join(root, "cli", "storm.js")}`;
    return run("sh", ["-c", `printf '%s\\n' "$VALUE" | ${storm} secret set demo word -s ${lab.stack}`], 60, {
      VALUE: value,
    });
  };
  const names = async () => {
    const { stdout } = await lab.docker(
      "secret",
      "ls",
      "--filter",
      "label=storm.secret=demo/word",
      "--format",
      "{{.Name}}",
    );
    return stdout.split("\n").filter(Boolean).sort();
  };
  /** What each replica of the guestbook reads. */
  const seen = async () => {
    const each = lab.nodes.map(({ name }) =>
      lab.on(
        name,
        "for id in $(docker ps -q --filter label=com.docker.swarm.service.name=demo_guestbook); do docker exec $id cat /run/secrets/word; echo; done",
      ),
    );
    return (await Promise.all(each)).flatMap(({ stdout }) => stdout.split("\n").filter(Boolean));
  };

  test("a service reads it, a deploy leaves it, another value is another version", async () => {
    const folder = copyOfGuestbook(lab.folder, "with-secret");
    const compose = path.join(folder, "docker-compose.yml");
    const text = fs.readFileSync(compose, "utf8");
    const deploy = async (name: string) => {
      fs.writeFileSync(
        compose,
        text
          .replace(/^(  guestbook:\n)/m, "$1    secrets: [word]\n")
          .replace(/\nvolumes:/, `\nsecrets:\n  word: { external: true, name: ${name} }\n\nvolumes:`),
      );
      const done = await lab.start(stormYml(3, compose));
      expect(`${done.code} ${done.stderr}`).toMatch(/^0 /);
    };
    const [first, second] = [lab.canary("first word"), lab.canary("second word")];
    const made = await set(first);
    expect(`${made.code} ${made.stderr}`).toBe("0 ");
    expect(made.stdout).not.toContain(first);
    const [one = ""] = await names();
    expect(made.stdout).toContain(`Secret ${one} is in the swarm\n`);
    await deploy(one);
    expect(await seen()).toEqual([first, first]);

    expect((await set(first)).stdout).toContain("is there already: the value is the same");
    expect((await set(second)).code).toBe(0);
    const both = await names();
    expect(both).toHaveLength(2);
    await deploy(both.find((name) => name !== one) ?? "");
    expect(await seen()).toEqual([second, second]);

    const back = await lab.start(stormYml(3));
    expect(`${back.code} ${back.stderr}`).toMatch(/^0 /);
    // Not in use, and of no compose file: a deploy of the stack takes them for nobody's leftovers.
    expect(await names()).toEqual(both);
    expect((await lab.docker("secret", "rm", ...both)).code).toBe(0);
    await lab.whole(60);
  });
}
