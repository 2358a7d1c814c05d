import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { serveHttps } from "../../cli/support";
import { eventually, type LabCluster, notYet, run } from "../lab";
import { Person, relayTo, REVOKED } from "../person";
import { secretValues } from "./secrets";

const LIST = "docker node ls --format '{{.Hostname}}'";
const UNREAD = "this manager has not read yet whose client certificates were revoked";
const EXPIRED = /certificate (has )?expired|expired certificate/;

/**
 * People without cloud credentials: what they are given works as it is, and for no longer than it ought to.
 * @returns tests for a minute later, when the shortest time that is given is over
 */
export function credentials(lab: LabCluster): () => void {
  let alice: Person;
  let bob: Person;
  const everybody: Record<string, string> = {};
  /** Settles when everybody refuses who has the shortest time that is given, a minute. */
  let dora: Promise<{ refused: number; ended: number }>;

  beforeAll(async () => {
    alice = await Person.issue(lab, "alice", "8h");
    for (const { name, address } of lab.nodes) {
      const relay = await relayTo(address);
      lab.guests.push(relay.close);
      everybody[name] = relay.host;
    }
    dora = expiry(await Person.issue(lab, "dora", "1m"));
    // Whoever waits for it hears of it; before, it is nobody's failure.
    dora.catch(() => undefined);
  });

  /** Who says what to a person: each manager for itself. */
  async function answers(person: Person): Promise<Record<string, string>> {
    const looks = Object.entries(everybody).map(async ([name, host]) => {
      const { code, stdout, stderr } = await person.sh("docker version --format '{{.Server.Version}}'", host);
      return [name, code === 0 ? "welcome" : (stdout + stderr).trim()] as const;
    });
    return Object.fromEntries(await Promise.all(looks));
  }
  const all = (answer: unknown) => Object.fromEntries(lab.managers().map((name) => [name, answer]));

  /** A stream into a container of the guestbook and out again, which stays open: an HTTP connection that was taken over. */
  async function openStream(
    person: Person,
  ): Promise<{ client: ChildProcess; echo: (line: string) => Promise<string> }> {
    // The first node's proxy is started anew by a test.
    for (const { name } of [...lab.nodes].reverse()) {
      const id = (await lab.on(name, "docker ps -q -f name=demo_guestbook")).stdout.trim().split("\n")[0];
      if (!id) continue;
      const client = person.start(`exec docker exec -i ${id} cat`, everybody[name]);
      let heard = "";
      client.stdout?.on("data", (part: Buffer) => (heard += part.toString()));
      const echo = async (line: string) => {
        client.stdin?.write(`${line}\n`);
        return eventually(20, `${line} comes back`, () => Promise.resolve(heard.includes(line) ? line : undefined));
      };
      return { client, echo };
    }
    throw new Error("no node has a task of the guestbook");
  }

  /** Seconds after its end when every manager refuses a person, and when what was open ended. */
  async function expiry(person: Person): Promise<{ refused: number; ended: number }> {
    const { client, echo } = await openStream(person);
    expect(await echo("still good")).toBe("still good");
    const ended = new Promise<number>((resolve) => client.on("exit", () => resolve(Date.now())));
    const end = Date.parse(person.issued.expires);
    await eventually(120, "every manager refuses it", async () => {
      const seen = await answers(person);
      return Object.values(seen).every((answer) => EXPIRED.test(answer)) ? true : notYet(seen);
    });
    const refused = Date.now();
    return { refused: (refused - end) / 1000, ended: ((await ended) - end) / 1000 };
  }

  test("a bundle works with the plain docker client and an empty HOME: by env.sh, and as a context", async () => {
    const names = lab.nodes.map(({ name }) => name).sort();
    const lines = (stdout: string) => stdout.trim().split("\n").sort();
    const byEnvironment = await alice.sh(LIST);
    expect([byEnvironment.stderr, lines(byEnvironment.stdout)]).toEqual(["", names]);
    const imports =
      "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH; docker context import theirs *.dockercontext";
    const byContext = await alice.sh(
      `${imports} >/dev/null 2>&1; docker --context theirs ${LIST.slice("docker ".length)}`,
    );
    expect([byContext.stderr, lines(byContext.stdout)]).toEqual(["", names]);
    const services = await alice.sh("docker service logs --tail 1 demo_guestbook");
    expect([services.code, services.stdout]).toEqual([0, expect.stringContaining("demo_guestbook")]);
  });

  test("what is typed into a container comes back", async () => {
    const { client, echo } = await openStream(alice);
    expect(await echo("hello")).toBe("hello");
    const ended = new Promise((resolve) => client.on("exit", resolve));
    // Half of the connection closes: the other half still has to bring what is left.
    client.stdin?.end();
    expect(await ended).toBe(0);
  });

  test("a bundle holds no other key, token or password of the cluster", async () => {
    const { folder } = alice.issued;
    const files = fs
      .readdirSync(folder)
      .map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")] as const);
    expect(files.length).toBe(6);
    const found = (await secretValues(lab)).flatMap(({ name, value }) =>
      files.filter(([, text]) => text.includes(value)).map(([file]) => `${name} in ${file}`),
    );
    expect(found).toEqual([]);
  });

  test("it makes no server that the cluster's users believe, nor a certificate for one", async () => {
    const { folder } = alice.issued;
    const read = (name: string) => fs.readFileSync(path.join(folder, name), "utf8");
    const own = path.join(lab.folder, "forged");
    const made = await run("sh", ["-ec", FORGE, "sh", folder, own], 30);
    expect(made.stderr).not.toContain("rror");
    const chain = fs.readFileSync(`${own}.crt`, "utf8") + read("cert.pem");
    const forged = { cert: chain, key: fs.readFileSync(`${own}.key`, "utf8") };
    for (const shown of [{ cert: read("cert.pem"), key: read("key.pem") }, forged]) {
      const server = await serveHttps(shown, (_, answer) => void answer.end("{}"));
      const { port } = new URL(server.origin);
      const { code, stderr } = await run("docker", ["-H", `tcp://127.0.0.1:${port}`, "version"], 20, lab.dockerEnv);
      server.close();
      expect([code, stderr]).toEqual([1, expect.stringMatching(/x509: /)]);
    }
  });

  test("once revoked it is refused by every manager within 60 seconds, what was open ends, and others notice nothing", async () => {
    bob = await Person.issue(lab, "bob", "8h");
    const [hers, his] = [await openStream(alice), await openStream(bob)];
    expect([await hers.echo("alice"), await his.echo("bob")]).toEqual(["alice", "bob"]);
    const ended = new Promise<number>((resolve) => his.client.on("exit", () => resolve(Date.now())));
    const done = await lab.storm(["credentials", "revoke", "bob", "-s", lab.stack]);
    const began = Date.now();
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining(`Revoked: bob, ${bob.issued.serial}`)]);
    await eventually(60, "every manager refuses it", async () => {
      const seen = await answers(bob);
      return Object.values(seen).every((answer) => answer.includes(REVOKED)) ? true : notYet(seen);
    });
    const [refused, thrown] = [Date.now() - began, (await ended) - began];
    process.stdout.write(`revoked: refused after ${refused} ms, what was open ended after ${thrown} ms\n`);
    expect(Math.max(refused, thrown)).toBeLessThan(60_000);
    expect(await hers.echo("alice is still there")).toBe("alice is still there");
    hers.client.stdin?.end();
  }, 240_000);

  test("it stays refused when a manager's proxy is told to read its files again, starts anew, or has no daemon beside it", async () => {
    for (const how of ["reload", "restart"]) {
      const done = await lab.on("local-1", `systemctl ${how} storm-docker-api && systemctl stop storm-credentials`);
      expect(done.code).toBe(0);
      await eventually(20, `the proxy after ${how}`, async () => {
        const { "local-1": seen = "" } = await answers(alice);
        return seen === "welcome" ? true : notYet(seen);
      });
      expect((await answers(bob))["local-1"]).toContain(REVOKED);
      await lab.on("local-1", "systemctl start storm-credentials");
    }
  });

  test("a manager that has not read the list, as a new one has not, lets nobody in but the operators, until it has", async () => {
    // Held, not stopped: the proxy's start would start it.
    const signal = (name: string) => `systemctl kill -s ${name} storm-credentials`;
    const forget = ": >/etc/storm/docker-api/revoked && systemctl restart storm-docker-api";
    expect((await lab.on("local-1", `${signal("STOP")} && ${forget}`)).code).toBe(0);
    await eventually(20, "the proxy has started", async () => {
      const { "local-1": seen = "" } = await answers(alice);
      return seen.includes(UNREAD) ? true : notYet(seen);
    });
    expect((await answers(bob))["local-1"]).toContain(UNREAD);
    const operators = { ...lab.dockerEnv, DOCKER_HOST: everybody["local-1"] };
    expect((await run("docker", ["node", "ls"], 20, operators)).code).toBe(0);
    expect((await lab.on("local-1", signal("CONT"))).code).toBe(0);
    await eventually(20, "it has read the list", async () => {
      const { "local-1": seen = "" } = await answers(alice);
      return seen === "welcome" ? true : notYet(seen);
    });
    expect((await answers(bob))["local-1"]).toContain(REVOKED);
  });

  return () => {
    test("after its time it is refused, and what was open ends", async () => {
      const { refused, ended } = await dora;
      expect(Math.min(refused, ended)).toBeGreaterThanOrEqual(0);
      expect(Math.max(refused, ended)).toBeLessThan(30);
      expect(await answers(alice)).toEqual(all("welcome"));
    }, 240_000);

    test("the list says who has one, and what became of the others", async () => {
      const list = async (...more: string[]) => {
        const done = await lab.storm(["credentials", "list", "-s", lab.stack, "--json", ...more]);
        return (JSON.parse(done.stdout) as { person: string; state: string }[]).map(({ person, state }) => [
          person,
          state,
        ]);
      };
      expect(await list()).toEqual([["alice", "good"]]);
      const states = [
        ["bob", "revoked"],
        ["dora", "ended"],
        ["alice", "good"],
      ];
      // With people of the VPN's tests in between.
      expect((await list("--all")).filter(([person = ""]) => ["alice", "bob", "dora"].includes(person))).toEqual(
        states,
      );
      const text = await lab.storm(["credentials", "list", "-s", lab.stack]);
      expect(text.stdout).toMatch(/^PERSON +STATE +ISSUED +ENDS +VPN ADDRESS +SERIAL NUMBER\nalice +good +\d/);
      const nobody = await lab.storm(["credentials", "revoke", "alcie", "-s", lab.stack]);
      expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining("did you mean alice?")]);
    });
  };
}

/** $1: a bundle; $2: the name of a server's certificate and key that its key signs. */
const FORGE = `
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$2.key" -out "$2.csr" -subj /CN=docker 2>/dev/null
printf 'extendedKeyUsage=serverAuth\\nsubjectAltName=IP:127.0.0.1\\n' >"$2.cnf"
openssl x509 -req -in "$2.csr" -CA "$1/cert.pem" -CAkey "$1/key.pem" -CAserial "$2.srl" -CAcreateserial -days 1 -extfile "$2.cnf" -out "$2.crt" 2>/dev/null
`;
