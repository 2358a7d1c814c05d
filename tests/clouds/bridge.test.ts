/** What a stand-in asks the lab's daemon: one that was killed in between makes nothing twice and loses nothing. */
import { obey } from "../../lab/clouds/commands";
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import { azurePlugin } from "../../lab/plugins/azure-native/plugin";
import { inLab } from "../../lab/plugins/shared/lab";
import type { Plugin, ResourceType } from "../../lab/plugins/shared/resource";
import { reveal, Secret, secret, type ValueMap } from "../../lab/plugins/shared/values";
import { FakeLab } from "./support/fakes";
import { callOf } from "./support/maker";

const fake = new FakeLab();
beforeAll(() => fake.listen());
afterAll(() => fake.stop());

function type(plugin: Plugin, token: string): ResourceType {
  const found = inLab(plugin, fake.socket).resources[token];
  if (!found) throw new Error(`no ${token}`);
  return found;
}

const VPC = "aws:ec2/vpc:Vpc";
const inputs = { cidrBlock: "10.0.0.0/16" };
const ids = (name: string) => fake.store.resources.filter((each) => each.name === name).map(({ id }) => id);

test("without a socket a stand-in is as it was", () => {
  expect(inLab(awsPlugin, "")).toBe(awsPlugin);
  expect(inLab(awsPlugin, undefined)).toBe(awsPlugin);
});

test("what was made before the engine could write it down is taken over, with the inputs of today", async () => {
  const vpc = type(awsPlugin, VPC);
  const first = await vpc.create(callOf("killed"), inputs);
  const again = await vpc.create(callOf("killed"), { ...inputs, tags: { a: "b" } });
  expect(again.id).toBe(first.id);
  expect(again.state).toMatchObject({ arn: first.state["arn"], tags: { a: "b" } });
  expect(ids("killed")).toEqual([first.id]);
  // A network has one range for its life.
  const other = await vpc.create(callOf("killed"), { cidrBlock: "10.1.0.0/16" });
  expect(other.id).not.toBe(first.id);
  expect(ids("killed")).toEqual([other.id]);
});

test("a replacement is another one beside the old one; what a killed replacement left goes", async () => {
  const vpc = type(awsPlugin, VPC);
  const old = await vpc.create(callOf("replaced"), inputs);
  const recorded = new Set([old.id]);
  const left = await vpc.create(callOf("replaced", { recorded }), inputs);
  const made = await vpc.create(callOf("replaced", { recorded }), inputs);
  expect(new Set([old.id, left.id, made.id]).size).toBe(3);
  expect(ids("replaced")).toEqual([old.id, made.id]);
  // The engine has told of the URN, and not under which id: both may be its own, so nothing is taken over.
  const last = await vpc.create(callOf("replaced", { recorded: new Set() }), inputs);
  expect(ids("replaced")).toEqual([last.id]);
});

test("what has its id from its name cannot be there twice", async () => {
  const role = type(awsPlugin, "aws:iam/role:Role");
  const given = { name: "nodes", assumeRolePolicy: "{}" };
  await role.create(callOf("role"), given);
  await expect(role.create(callOf("role", { recorded: new Set(["nodes"]) }), given)).rejects.toThrow(
    "role: the cloud has a nodes already",
  );
});

test("reading gives what is there now, secret where it was; nothing when it is gone", async () => {
  const zone = type(azurePlugin, "azure-native:network:PublicIPAddress");
  const given: ValueMap = { resourceGroupName: "g", publicIpAddressName: "a", tags: secret({ owner: "me" }) };
  const { id, state } = await zone.create(callOf("read"), given);
  expect(state["ipAddress"]).toMatch(/^198\.18\./);
  await obey(fake.lab, { do: "set", resource: "read", path: "tags.owner", value: "you" });
  const found = await zone.find?.(callOf("read", { id }), state, given);
  expect(found?.inputs["tags"]).toBeInstanceOf(Secret);
  expect(reveal(found?.inputs["tags"] ?? null)).toEqual({ owner: "you" });
  expect(found?.state["ipAddress"]).toBe(state["ipAddress"]);
  await obey(fake.lab, { do: "forget", resource: "read" });
  expect(await zone.find?.(callOf("read", { id }), state, given)).toBeUndefined();
  // Deleting what is gone is done.
  await zone.delete?.(callOf("read", { id }), state);
});

test("a machine without its network interface is refused, and not left behind by the next that asks", async () => {
  const machine = type(azurePlugin, "azure-native:compute:VirtualMachine");
  const given: ValueMap = { resourceGroupName: "g", vmName: "m", tags: { pool: "web" } };
  await expect(machine.create(callOf("m"), given)).rejects.toThrow(
    "Azure, pool web, m: its network interface is not there",
  );
  await machine.delete?.(callOf("m", { id: ids("m")[0] }), {});
  expect(ids("m")).toEqual([]);
});

test("a call that is throttled is made again, and not for ever", async () => {
  const vpc = type(awsPlugin, VPC);
  await obey(fake.lab, { do: "throttle", cloud: "aws", count: 2 });
  await vpc.create(callOf("throttled"), inputs);
  expect(fake.store.state.faults.throttle.aws).toBe(0);
  await obey(fake.lab, { do: "throttle", cloud: "aws", count: 1000 });
  await expect(vpc.create(callOf("throttled-2"), inputs)).rejects.toThrow(
    "AWS, throttled-2: Throttling: Rate exceeded (8 attempts)",
  );
  await obey(fake.lab, { do: "throttle", cloud: "aws", count: 0 });
}, 60_000);

test("without a daemon the error says where it should be", async () => {
  const lost = inLab(awsPlugin, `${fake.folder}/nobody.sock`).resources[VPC];
  await expect(lost?.create(callOf("lost"), inputs)).rejects.toThrow("the lab's daemon does not answer at");
});
