import * as pulumi from "@pulumi/pulumi";
import { bastionUserData } from "../../boot/bastion";
import type { Node } from "../../components/node";
import { connectionTo } from "../../components/remote";
import { planOf } from "../plan/plans";

const secret = (text: string) => pulumi.output(text);
const [plan] = planOf("Local: [1, small]\n").nodes;
if (!plan) throw new Error("no node");
const node: Node = {
  plan,
  id: secret("i-1"),
  address: secret("10.64.16.5"),
  privateAddress: secret("10.64.16.5"),
  endpoint: secret("10.64.16.5:51820"),
  user: "root",
  hostKey: secret("ssh-ed25519 NODE"),
  privateKey: secret("key"),
};

test("SSH goes through a bastion where there is one, whose key is checked too and who is waited for as long", () => {
  expect(connectionTo(node)).not.toHaveProperty("proxy");
  const proxy = {
    host: secret("192.0.2.1"),
    user: "jump",
    privateKey: node.privateKey,
    hostKey: secret("ssh-ed25519 B"),
  };
  const connection = connectionTo({ ...node, proxy });
  expect(connection).toMatchObject({ host: node.address, proxy });
  expect(connection.proxy).toMatchObject({ dialErrorLimit: connection.dialErrorLimit, perDialTimeout: 15 });
});

test("the bastion opens no shell", () => {
  const text = bastionUserData({
    hostKey: { privateOpenssh: "PRIVATE", publicOpenssh: "ssh-ed25519 B" },
    authorizedKey: "ssh-ed25519 PROGRAM",
  });
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  const { users, ssh_keys, write_files } = JSON.parse(text.slice("#cloud-config\n".length)) as {
    users: object[];
    ssh_keys: object;
    write_files: { content: string }[];
  };
  expect(users).toEqual([
    {
      name: "jump",
      shell: "/usr/sbin/nologin",
      lock_passwd: true,
      ssh_authorized_keys: ["ssh-ed25519 PROGRAM"],
    },
  ]);
  expect(ssh_keys).toEqual({ ed25519_private: "PRIVATE", ed25519_public: "ssh-ed25519 B" });
  expect(write_files[0]?.content).toContain("PermitTTY no\n");
});
