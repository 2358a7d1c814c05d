import { keptText, whatGoes } from "../../cli/commands/destroy";
import { dataDisks, letGo, prepareState, protectedNames } from "../../cli/kept-data";
import type { StormStack } from "../../cli/workspace";
import { stateOf, type StateResource } from "../../tools/backend";

const GROUP = "/subscriptions/s/resourceGroups/storm-prod-azure";

function resource(type: string, name: string, id: string, more: Partial<StateResource> = {}): StateResource {
  return { type, urn: `urn:pulumi:prod::storm::storm:x:Pool$${type}::${name}`, id, ...more };
}

const RESOURCES = [
  resource("aws:ec2/instance:Instance", "store-1", "i-1"),
  resource("aws:ebs/volume:Volume", "store-1", "vol-1", { protect: true }),
  resource("aws:ec2/volumeAttachment:VolumeAttachment", "store-1", "vai-1"),
  resource("azure-native:resources:ResourceGroup", "azure", GROUP),
  resource("azure-native:resources:ResourceGroup", "dns", "/subscriptions/s/resourceGroups/storm-prod-dns"),
  resource("azure-native:compute:Disk", "data-1", `${GROUP.toUpperCase()}/providers/Microsoft.Compute/disks/data-1`),
  resource("digitalocean:index/volume:Volume", "db-1", "do-1"),
  resource("aws:route53/zone:Zone", "zone", "Z1", { protect: true }),
];
const STATE = stateOf({ resources: RESOURCES });

test("the disks for data, and what deletes each in the end", () => {
  expect(dataDisks(STATE).map(({ name, remove }) => [name, remove])).toEqual([
    ["store-1", "aws ec2 delete-volume --volume-id vol-1"],
    ["data-1", `az disk delete --ids ${GROUP.toUpperCase()}/providers/Microsoft.Compute/disks/data-1`],
    ["db-1", "doctl compute volume delete do-1"],
  ]);
  expect(keptText(dataDisks(STATE).slice(0, 1))).toBe(
    "No stack has these disks any more; they cost money until they are deleted:\n" +
      "  store-1 (vol-1): aws ec2 delete-volume --volume-id vol-1\n",
  );
});

test("a destroy names disks as lost only when they go", () => {
  const disks = (lines: string[]) => lines.filter((line) => line.startsWith("Disk "));
  expect(disks(whatGoes(STATE, dataDisks(STATE)))).toEqual([]);
  expect(disks(whatGoes(STATE))).toEqual([
    "Disk data-1 and all data on it",
    "Disk db-1 and all data on it",
    "Disk store-1 and all data on it",
  ]);
});

test("what is kept is retained, and Azure's group with it; what is protected stays so unless somebody forces it", () => {
  const edited = (unprotect: boolean) =>
    letGo(RESOURCES, dataDisks(STATE), unprotect).map(({ type, id, retainOnDelete, protect }) =>
      [type.split(":").at(-1), id?.split("/").at(-1), retainOnDelete && "retained", protect && "protected"]
        .filter(Boolean)
        .join(" "),
    );
  expect(edited(false)).toEqual([
    "Instance i-1",
    "Volume vol-1 retained",
    "VolumeAttachment vai-1",
    "ResourceGroup storm-prod-azure retained",
    "ResourceGroup storm-prod-dns",
    "Disk data-1 retained",
    "Volume do-1 retained",
    "Zone Z1 protected",
  ]);
  expect(edited(true).at(-1)).toBe("Zone Z1");
  expect(protectedNames(STATE)).toEqual(["store-1", "zone"]);
});

test("the state goes through standard input, and is left alone when nothing of it changes", async () => {
  const calls: [args: readonly string[], input: string | undefined][] = [];
  const exported = { version: 3, deployment: { manifest: { time: "t" }, resources: RESOURCES } };
  const stack = {
    name: "prod",
    run: (args: readonly string[], input?: string) => {
      calls.push([args, input]);
      return Promise.resolve({ stdout: JSON.stringify(exported), stderr: "", code: 0 });
    },
  } as StormStack; // no more of it is used
  await prepareState(stack, [], { unprotect: false });
  expect(calls).toEqual([]);
  await prepareState(stack, dataDisks(STATE), { unprotect: true });
  expect(calls.map(([args]) => args)).toEqual([
    ["stack", "export", "--stack", "prod"],
    ["stack", "import", "--stack", "prod"],
  ]);
  const imported = JSON.parse(calls[1]?.[1] ?? "") as typeof exported;
  expect(imported).toMatchObject({ version: 3, deployment: { manifest: { time: "t" } } });
  expect(imported.deployment.resources.filter(({ protect }) => protect)).toEqual([]);
});
