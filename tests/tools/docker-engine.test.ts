import { type DockerEngine, ensureDockerEngine, ensureDockerPackages } from "../../tools/docker-engine";
import { FakeMachine, systemError, temporaryFolder } from "./support";

// Set-up notes there the dockerd that it started.
process.env.STORM_CACHE = temporaryFolder();

const ENGINE: DockerEngine = { version: "20.10.24", socket: "/run/docker.sock" };
const APT = ["apt-get", "apt-cache"];
const silent = () => undefined;

/** An engine that gives one answer after the other, the last one for ever. */
function answering(...answers: (DockerEngine | Error)[]): () => Promise<DockerEngine> {
  return async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer;
  };
}

test.each([
  ["an engine that answers needs its client alone", ENGINE, [...APT], "apt-get install docker.io"],
  ["so does one that is there for others", systemError("EACCES"), [...APT], "apt-get install docker.io"],
  ["none at all needs everything", systemError("ENOENT"), [...APT], "apt-get install docker.io iptables"],
  ["one that is not running needs what is missing", systemError("ENOENT"), [...APT, "dockerd", "docker"], "iptables"],
])("packages: %s", async (_, answer, programs, last) => {
  const machine = new FakeMachine(0, programs);
  await ensureDockerPackages(silent, machine, answering(answer));
  expect(machine.ran.at(-1)).toContain(last);
});

test("where all is there, nothing is run", async () => {
  const machine = new FakeMachine(1000, ["docker"]);
  await ensureDockerPackages(silent, machine, answering(ENGINE));
  expect(machine.ran).toEqual([]);
});

test("an engine that answers is taken as it is", async () => {
  const machine = new FakeMachine(1000, []);
  expect(await ensureDockerEngine(silent, machine, answering(ENGINE))).toBe(ENGINE);
});

test("one that the user may not use: the group", async () => {
  const refused = ensureDockerEngine(silent, new FakeMachine(1000, []), answering(systemError("EACCES")));
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(/^no permission to use \//),
    hints: ["Join the docker group: `sudo usermod -aG docker $USER`, log in again, and run the command again."],
  });
});

test("one that does not run: without root only the advice, nothing is tried", async () => {
  const machine = new FakeMachine(1000, ["dockerd"], ["/run/systemd/system"]);
  await expect(ensureDockerEngine(silent, machine, answering(systemError("ECONNREFUSED")))).rejects.toMatchObject({
    message: "the Docker engine does not answer",
    hints: ["Start it: `sudo systemctl start docker`."],
  });
  expect(machine.ran).toEqual([]);
});

test("one that does not run: root starts it, by systemd where that is", async () => {
  const machine = new FakeMachine(0, ["dockerd"], ["/run/systemd/system"]);
  const said: string[] = [];
  const ask = answering(systemError("ENOENT"), systemError("ENOENT"), ENGINE);
  expect(await ensureDockerEngine((message) => void said.push(message), machine, ask)).toBe(ENGINE);
  expect({ ran: machine.ran, said }).toEqual({
    ran: ["systemctl start docker.service"],
    said: ["starting docker.service"],
  });
});

test("neither systemd nor dockerd: what to install", async () => {
  const machine = new FakeMachine(0, []);
  await expect(ensureDockerEngine(silent, machine, answering(systemError("ENOENT")))).rejects.toMatchObject({
    message: "there is no dockerd",
    hints: ["Install Docker: Debian has it as docker.io."],
  });
});
