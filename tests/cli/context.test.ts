import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { removeContext, type RunDocker, writeContext } from "../../cli/commands/context";
import { credentialFolder } from "../../tools/paths";
import { temporaryFolder, Written } from "../tools/support";

const state = temporaryFolder();
beforeAll(() => (process.env.XDG_STATE_HOME = state));
afterAll(() => delete process.env.XDG_STATE_HOME);

const access = {
  dockerHost: "tcp://127.0.0.1:2376",
  caCertificate: "CA",
  clientCertificate: "CERTIFICATE",
  clientKey: "CANARY-key",
};

/** A docker client that knows these contexts, and what it was asked to do. */
function client(known: string[], fails = false): { docker: RunDocker; ran: string[][] } {
  const ran: string[][] = [];
  const docker: RunDocker = (args) => {
    if (args[1] === "inspect") return { code: known.includes(args[2] ?? "") ? 0 : 1, stderr: "" };
    ran.push([...args]);
    return fails ? { code: 1, stderr: "no space left\n" } : { code: 0, stderr: "" };
  };
  return { docker, ran };
}

test.each([
  [[], "create"],
  [["storm-dev"], "update"],
])("with %j there, the context is made by `%s`; the key is in a file of the user's alone", (known, verb) => {
  const { docker, ran } = client(known);
  const output = new Written();
  writeContext("dev", access, output, docker);
  const folder = credentialFolder("dev");
  expect(folder.startsWith(state)).toBe(true);
  const endpoint = `host=tcp://127.0.0.1:2376,ca=${folder}/ca.pem,cert=${folder}/cert.pem,key=${folder}/key.pem`;
  expect(ran).toEqual([["context", verb, "storm-dev", "--description", "Storm's cluster dev", "--docker", endpoint]]);
  expect(readFileSync(join(folder, "key.pem"), "utf8")).toBe("CANARY-key");
  expect((statSync(join(folder, "key.pem")).mode & 0o777).toString(8)).toBe("600");
  expect(output.text).toBe("docker context storm-dev leads to the cluster: docker --context storm-dev node ls\n");
});

test("--rm takes it away; where there is none it says so", () => {
  const { docker, ran } = client(["storm-dev"]);
  const output = new Written();
  removeContext("dev", output, docker);
  removeContext("prod", output, docker);
  expect(ran).toEqual([["context", "rm", "--force", "storm-dev"]]);
  expect(output.text).toBe("docker context storm-dev is gone\nThere is no docker context storm-prod\n");
});

test("what docker says is passed on", () => {
  const { docker } = client([], true);
  expect(() => writeContext("dev", access, new Written(), docker)).toThrow(
    "`docker context create storm-dev` failed: no space left",
  );
});
