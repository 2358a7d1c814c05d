import { doctor, findingLines } from "../../cli/commands/doctor";
import { type Finding, survey } from "../../tools/survey";
import { FakeMachine, systemError, Written } from "../tools/support";

const found: Finding = { part: "Node.js", state: "found", version: "20.19.0", where: "/usr/bin/node" };
const advice: Finding = { part: "Names", state: "advice", hint: "install something" };
const missing: Finding = { part: "Docker engine", state: "missing", hint: "`npm start` gets it" };

test.each([
  ["all found", [found], 0],
  ["advice stops nothing", [found, advice], 0],
  ["one part is missing", [found, advice, missing], 1],
])("the exit code: %s", async (_, findings, code) => {
  const output = new Written();
  expect(await doctor({}, output, async () => findings)).toBe(code);
  for (const { part } of findings) expect(output.text).toContain(part);
});

/** What is said of Docker, on a machine of this user with these programs. */
async function dockerHint(uid: number, programs: string[], code: string) {
  const findings = await survey(new FakeMachine(uid, programs), async () => Promise.reject(systemError(code)));
  const of = (part: string) => findings.find((finding) => finding.part === part);
  return { engine: of("Docker engine"), client: of("Docker client")?.state };
}

test.each([
  [1000, ["docker"], "EACCES", "join the docker group: `sudo usermod -aG docker $USER`, then log in again", "found"],
  [0, [], "ENOENT", "`npm start` gets it as root (Debian package docker.io)", "missing"],
  [0, ["dockerd", "docker"], "ECONNREFUSED", "`npm start` gets it going as root", "found"],
])("Docker for user %i with %j, %s", async (uid, programs, code, hint, client) => {
  expect(await dockerHint(uid, programs, code)).toEqual({
    engine: { part: "Docker engine", state: "missing", hint },
    client,
  });
});

test("the doctor says what is wrong and what to do", () => {
  const output = new Written();
  const found = {
    part: "Pulumi engine",
    state: "found",
    version: "3.220.0",
    where: "/x/pulumi",
    origin: "built",
  } as const;
  expect(findingLines(found, output)).toBe("[ ok ] Pulumi engine 3.220.0 (built)\n       /x/pulumi\n");
  const missing = { part: "Docker engine", state: "missing", hint: "`npm start` gets it" } as const;
  expect(findingLines(missing, output)).toBe("[miss] Docker engine\n       `npm start` gets it\n");
});
