import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ExportedResource, loginsOf, loginTo, type NodeLogin } from "../../cli/cluster/logins";
import { sshFiles, withSshFiles } from "../../cli/cluster/ssh-files";
import { temporaryFolder } from "../tools/support";

const folder = temporaryFolder();
const secret = (value: unknown) => ({ plaintext: JSON.stringify(value) });

/** A command of the program, as `stack export --show-secrets` has it. */
const commandOf = (name: string, connection: unknown): ExportedResource => ({
  urn: `urn:pulumi:dev::storm::storm:mesh:Mesh$command:remote:Command::${name}`,
  type: "command:remote:Command",
  inputs: { connection },
});
const login = { host: "192.0.2.10", port: 22, user: "root", privateKey: "KEY", hostKey: "ssh-ed25519 AAAA" };

test("the way into a node is that of the program's first command on it, secret as a whole or in parts", () => {
  const parts = { ...login, port: undefined, privateKey: secret("KEY"), dialErrorLimit: 68 };
  const whole = { ...login, port: 2222, user: "admin", proxy: { ...login, host: "198.51.100.1" } };
  const logins = loginsOf([
    commandOf("enroll-aws-1", parts),
    commandOf("enroll-house-1", secret(whole)),
    commandOf("peers-aws-2", parts),
  ]);
  expect(Object.fromEntries(logins)).toEqual({
    "aws-1": login,
    "house-1": { ...login, port: 2222, user: "admin", proxy: { ...login, host: "198.51.100.1" } },
  });
});

test("a stack with the layer nodes alone says it in its output `layers`", () => {
  const { host, ...rest } = login;
  const layers = { nodes: { nodes: { "aws-1": { address: host, id: "i-1", ...rest } } } };
  const root = { urn: "urn:pulumi:n::storm::pulumi:pulumi:Stack::storm-n", type: "pulumi:pulumi:Stack" };
  expect(loginsOf([{ ...root, outputs: { layers: secret(layers) } }]).get("aws-1")).toEqual(login);
  expect(loginsOf([root]).size).toBe(0);
});

test("without a host key there is no way: nobody would know who answers", () => {
  expect(loginsOf([commandOf("enroll-aws-1", { ...login, hostKey: undefined })]).size).toBe(0);
});

test("a mistyped node gets the nearest one, and the others", () => {
  const logins = new Map([
    ["local-1", login],
    ["web-1", login],
  ]);
  expect(loginTo("web-1", logins, "dev")).toBe(login);
  expect(() => loginTo("local1", logins, "dev")).toThrow(
    "stack dev has no way into a node local1; did you mean local-1?",
  );
});

test("the client believes one host key, and offers one key", () => {
  const proxied: NodeLogin = {
    ...login,
    hostKey: "ssh-ed25519 AAAA a comment",
    proxy: { ...login, host: "b.example.com" },
  };
  const files = sshFiles("aws-1", proxied, "/f");
  expect(Object.keys(files).sort()).toEqual([
    "aws-1-bastion.key",
    "aws-1-bastion.known",
    "aws-1.key",
    "aws-1.known",
    "config",
  ]);
  expect(files["aws-1.known"]).toBe("aws-1 ssh-ed25519 AAAA\n");
  expect(files["config"]).toMatchSnapshot();
  expect(files["config"]).not.toContain("KEY");
});

test("the files are the user's alone, and gone whatever happens", async () => {
  const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
  let seen = "";
  const used = withSshFiles(
    "aws-1",
    login,
    (config) => {
      seen = dirname(config);
      expect(basename(config)).toBe("config");
      expect(modeOf(seen)).toBe("700");
      expect(readdirSync(seen).map((name) => modeOf(join(seen, name)))).toEqual(["600", "600", "600"]);
      expect(readFileSync(join(seen, "aws-1.key"), "utf8")).toBe("KEY\n");
      return Promise.reject(new Error("it broke"));
    },
    folder,
  );
  await expect(used).rejects.toThrow("it broke");
  expect(existsSync(seen)).toBe(false);
});
