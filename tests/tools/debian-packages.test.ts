import { canInstall, ensurePackages, isMissing, needs } from "../../tools/debian-packages";
import { FakeMachine } from "./support";

const POLICY = { "apt-cache policy docker-cli": "docker-cli:\n  Installed: (none)\n  Candidate: 26.1.5\n" };
const NONE = { "apt-cache policy docker-cli": "docker-cli:\n  Installed: (none)\n  Candidate: (none)\n" };
const APT = ["apt-get", "apt-cache"];

test("a need is met by a program or by any of its files", () => {
  const machine = new FakeMachine(0, ["sh"], ["/there"]);
  expect(isMissing({ package: "sh", program: "sh", why: "" }, machine)).toBe(false);
  expect(isMissing({ package: "x", program: "no-such-program", why: "" }, machine)).toBe(true);
  expect(isMissing({ package: "x", files: ["/nowhere", "/there"], why: "" }, machine)).toBe(false);
});

test.each([
  [0, APT, true],
  [1000, APT, false],
  [0, [], false],
])("user %i with %j may install: %s", (uid, programs, may) => {
  expect(canInstall(new FakeMachine(uid, programs))).toBe(may);
});

test("says what it installs and why before it does", async () => {
  const machine = new FakeMachine(0, [...APT, "openssl"]);
  const order: string[] = [];
  const say = (message: string) => void order.push(message, ...machine.ran.splice(0).map((line) => `ran ${line}`));
  const names = await ensurePackages([needs.iptables, needs.openssl, needs.lego], say, machine);
  expect(names).toEqual(["iptables", "lego"]);
  expect([...order, ...machine.ran]).toEqual([
    "packages are missing: reading Debian's lists",
    "Storm needs to install: iptables, lego (Debian packages)",
    "ran apt-get update",
    "  iptables: the container engine's networks",
    "  lego: the tests get certificates with it as managers do",
    "apt-get install iptables lego",
  ]);
});

test("nothing that is there is asked for", async () => {
  const machine = new FakeMachine(0, [...APT, "openssl"]);
  expect(await ensurePackages([needs.openssl], () => undefined, machine)).toEqual([]);
  expect(machine.ran).toEqual([]);
});

test.each([
  ["Debian 13", POLICY, "docker-cli"],
  ["Debian 12", NONE, "docker.io"],
  ["lists that were never fetched", {}, "docker.io"],
])("the client's package: %s", async (_, answers, name) => {
  const machine = new FakeMachine(0, APT, [], answers);
  expect(await ensurePackages([needs.dockerClient], () => undefined, machine)).toEqual([name]);
  expect(machine.ran.at(-1)).toBe(`apt-get install ${name}`);
  const refused = ensurePackages([needs.dockerClient], () => undefined, new FakeMachine(1000, APT, [], answers));
  await expect(refused).rejects.toMatchObject({
    message: `missing: ${name}`,
    hints: [
      `Run \`sudo apt-get install ${name}\`, then run the command again.`,
      `${name}: talks to the container engine`,
    ],
  });
});

test("engine and client are one package on Debian 12, and named once", async () => {
  const machine = new FakeMachine(1000, APT, [], NONE);
  await expect(ensurePackages([needs.docker, needs.dockerClient], () => undefined, machine)).rejects.toThrow(
    /^missing: docker.io$/,
  );
});

test("without apt the equivalents are asked for, whoever the user is", async () => {
  for (const uid of [0, 1000]) {
    await expect(ensurePackages([needs.lego], () => undefined, new FakeMachine(uid, []))).rejects.toMatchObject({
      message: "missing: lego",
      hints: [
        "This system has no apt-get. Install the equivalents of these Debian packages, then run the command again.",
        "lego: the tests get certificates with it as managers do",
      ],
    });
  }
});
