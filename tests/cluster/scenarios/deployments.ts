import * as fs from "node:fs";
import * as path from "node:path";
import { type Done, eventually, type LabCluster, notYet } from "../lab";
import { copyOfGuestbook, stormYml } from "../storm-yml";

/** Compose stacks that change, and one that breaks. */
export function deployments(lab: LabCluster): void {
  test("a stack that does not become healthy is rolled back, with the failed task's last words, but for its secrets", async () => {
    const folder = copyOfGuestbook(lab.folder, "broken");
    const [secret, variable] = [lab.canary("compose secret"), lab.canary("value of .env")];
    fs.writeFileSync(path.join(folder, "word.txt"), secret);
    fs.writeFileSync(path.join(folder, ".env"), `WORD=${variable}\n`);
    const compose = path.join(folder, "docker-compose.yml");
    const text = fs.readFileSync(compose, "utf8");
    const broken = text
      .replace(/^(  guestbook:\n)/m, "$1    secrets: [word]\n")
      .replace(/^(    environment:\n)/m, "$1      WORD: $${WORD}\n")
      .replace(/\nvolumes:/, "\nsecrets:\n  word: { file: ./word.txt }\n\nvolumes:");
    fs.writeFileSync(compose, broken);
    // The worst that a program can do: its last words are its secrets.
    const server = [
      'console.error("cannot find the flux capacitor");',
      'console.error(require("node:fs").readFileSync("/run/secrets/word", "utf8"));',
      "console.error(`the word is ${process.env.WORD}`);",
      "process.exit(3);\n",
    ];
    fs.writeFileSync(path.join(folder, "dist", "server.js"), server.join("\n"));
    const done = await lab.start(stormYml(3, compose));
    expect(done.code).not.toBe(0);
    const printed = done.stdout + done.stderr;
    expect(printed).toContain("flux capacitor");
    // It got as far as its secrets: what follows is masked, not missing.
    expect(printed).toContain("the word is ");
    for (const canary of [secret, variable]) expect(printed).not.toContain(canary);
    expect((await lab.fetch(`${lab.url}/`)).status).toBe("200");
    const { stdout } = await lab.on(
      "local-1",
      "docker service ls --filter name=demo_guestbook --format '{{.Replicas}}'",
    );
    expect(stdout).toMatch(/^2\/2/);
  });

  test("a changed config rolls the service that has it, as a pipeline deploys it, too; malformed storm.yml stops before anything", async () => {
    const bad = await lab.start("Local: [3, smal]\n");
    expect(bad.code).not.toBe(0);
    expect(bad.stdout + bad.stderr).toContain('did you mean "small"');
    expect(bad.stdout + bad.stderr).not.toMatch(/\n\s+at /);

    const folder = copyOfGuestbook(lab.folder, "config");
    const compose = path.join(folder, "docker-compose.yml");
    const text = fs.readFileSync(compose, "utf8");
    const withConfig = text
      .replace(/^(  guestbook:\n)/m, "$1    configs: [motto]\n")
      .replace(/\nvolumes:/, "\nconfigs:\n  motto: { file: ./motto.txt }\n\nvolumes:");
    fs.writeFileSync(compose, withConfig);
    const deployed = async (motto: string, deploy: () => Promise<Done>) => {
      fs.writeFileSync(path.join(folder, "motto.txt"), motto);
      const done = await deploy();
      expect(`${done.code} ${done.stderr}`).toMatch(/^0 /);
      const { stdout } = await lab.on("local-1", "docker config ls --format '{{.Name}}'");
      expect(stdout.match(/demo_motto_/g)).toHaveLength(1);
      return done.stdout;
    };
    await deployed("one", () => lab.start(stormYml(3, compose)));
    // The next as a pipeline does it.
    const record = path.join(lab.folder, "record.json");
    const ci = (verb: string, ...more: string[]) => lab.storm(["ci", verb, lab.stack, ...more]);
    const shown = await deployed("two", async () => {
      const preview = await ci("preview", "--record", record);
      expect(preview.stdout).toContain("  - config motto");
      return ci("apply", "--record", record);
    });
    expect(shown).toMatch(new RegExp(`^Cluster ${lab.stack} ready in `, "m"));
    expect((await ci("drift")).stdout).toContain("Everything is as it was deployed, and as storm.yml says.");
    // What nobody previewed is not applied.
    fs.writeFileSync(path.join(folder, "motto.txt"), "three");
    const refused = await ci("apply", "--record", record);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("nothing was changed: ")]);
    await lab.whole(60);
  });

  test("a second stack comes, and goes when storm.yml no longer has it; what others deployed stays", async () => {
    fs.writeFileSync(
      path.join(lab.folder, "second.yml"),
      "services: {web: {image: 'traefik:v3.6.0', command: ['--ping']}}\n",
    );
    await lab.on(
      "local-1",
      'printf \'version: "3.8"\nservices: {web: {image: "traefik:v3.6.0"}}\' | docker stack deploy -c - theirs',
    );
    const names = async () =>
      (await lab.on("local-1", "docker stack ls --format '{{.Name}}' | sort")).stdout.split("\n");
    // It also takes the config of the test before away.
    const both = await lab.start(`${stormYml(3)}  second: { file: second.yml }\n`);
    expect(`${both.code} ${both.stderr}`).toMatch(/^0 /);
    expect(await names()).toEqual(["demo", "ingress", "registry", "second", "storm", "theirs", ""]);
    const one = await lab.start(stormYml(3));
    expect(`${one.code} ${one.stderr}`).toMatch(/^0 /);
    expect(await names()).toEqual(["demo", "ingress", "registry", "storm", "theirs", ""]);
    await lab.on("local-1", "docker stack rm theirs");
    await eventually(30, "the last of their containers gone", async () => {
      const left = lab.nodes.map(({ name }) =>
        lab.on(name, "docker ps -q --filter name=theirs_ --filter name=second_"),
      );
      const ids = (await Promise.all(left)).map(({ stdout }) => stdout).join("");
      return ids === "" ? true : notYet(ids);
    });
  });
}
