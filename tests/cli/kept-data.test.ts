import { refuseProduction, whatGoes } from "../../cli/commands/destroy";
import { dataDisks, keptText, keptWithData, protectedNames, staysText } from "../../cli/kept-data";
import { stateOf, type StateResource } from "../../tools/backend";

const GROUP = "/subscriptions/s/resourceGroups/storm-prod-azure";
const DISK = `${GROUP.toUpperCase()}/providers/Microsoft.Compute/disks/data-1`;

function resource(type: string, name: string, id: string, more: Partial<StateResource> = {}): StateResource {
  return { type, urn: `urn:pulumi:prod::storm::storm:x:Pool$${type}::${name}`, id, ...more };
}

const RESOURCES = [
  resource("aws:ec2/instance:Instance", "store-1", "i-1"),
  resource("aws:ebs/volume:Volume", "store-1", "vol-1", { protect: true }),
  resource("azure-native:resources:ResourceGroup", "azure", GROUP),
  resource("azure-native:resources:ResourceGroup", "dns", "/subscriptions/s/resourceGroups/storm-prod-dns"),
  resource("azure-native:compute:Disk", "data-1", DISK),
  resource("digitalocean:index/volume:Volume", "db-1", "do-1"),
  resource("aws:route53/zone:Zone", "zone", "Z1", { protect: true }),
];
const STATE = stateOf({ resources: RESOURCES });

test("the disks for data with Azure's group of theirs, and what deletes each in the end", () => {
  expect(dataDisks(STATE).map(({ name }) => name)).toEqual(["store-1", "data-1", "db-1"]);
  expect(keptWithData(STATE).map(({ name, remove }) => [name, remove])).toEqual([
    ["store-1", "aws ec2 delete-volume --volume-id vol-1"],
    ["data-1", `az disk delete --ids ${DISK}`],
    ["db-1", "doctl compute volume delete do-1"],
    ["azure", "az group delete --subscription s --name storm-prod-azure     # with all that is in it"],
  ]);
});

test("before it begins, what stays is named with its provider's id", () => {
  expect(staysText(keptWithData(STATE).slice(2))).toBe(
    "Kept, with all data (--data takes it too); what follows calls it removed, from the state:\n" +
      "  disk db-1 (do-1)\n" +
      `  resource group azure (${GROUP}), which holds them\n`,
  );
});

test("in the end, what is in the way of the next deployment is said: a fixed name, which AWS's volumes do not have", () => {
  const [volume, ...rest] = keptWithData(STATE);
  expect(keptText(volume === undefined ? [] : [volume])).toBe(
    "No stack has these any more; they cost money until they are deleted:\n" +
      "  store-1 (vol-1): aws ec2 delete-volume --volume-id vol-1\n",
  );
  expect(keptText(rest)).toContain(
    `  azure (${GROUP}): az group delete --subscription s --name storm-prod-azure     # with all that is in it\n` +
      "Until then a deployment of the same cluster and environment fails, for the names are taken: db-1, azure\n",
  );
});

test("a group that a killed run was to leave stays, though no disk of it is in the state any more", () => {
  const [group, dns] = RESOURCES.slice(2, 4);
  if (group === undefined || dns === undefined) throw new Error("the list above has changed");
  const state = stateOf({ resources: [{ ...group, retainOnDelete: true }, dns] });
  expect(keptWithData(state).map(({ name }) => name)).toEqual(["azure"]);
});

test("a destroy names disks as lost only when they go", () => {
  const disks = (lines: string[]) => lines.filter((line) => line.startsWith("Disk "));
  expect(disks(whatGoes(STATE, keptWithData(STATE)))).toEqual([]);
  expect(whatGoes(STATE, keptWithData(STATE)).at(-1)).toBe("3 resources in all");
  expect(disks(whatGoes(STATE))).toEqual([
    "Disk data-1 and all data on it",
    "Disk db-1 and all data on it",
    "Disk store-1 and all data on it",
  ]);
});

test("production is refused by what the state protects, and by the files alone", () => {
  const bare = stateOf({ resources: RESOURCES.map((each) => ({ ...each, protect: false })) });
  expect(protectedNames(STATE)).toEqual(["store-1", "zone"]);
  expect(protectedNames(bare)).toEqual([]);
  const refuse =
    (state: typeof STATE, declared: string | undefined, forceProduction = false) =>
    () =>
      refuseProduction("prod", state, { data: true, forceProduction }, () => declared);
  expect(refuse(STATE, undefined)).toThrow("stack prod is in production: store-1, zone are protected");
  expect(refuse(bare, "prod is a production stack")).toThrow(
    expect.objectContaining({
      message: "prod is a production stack",
      hints: ["Nothing was changed.", "To destroy it all the same: npx storm destroy prod --data --force-production"],
    }),
  );
  expect(refuse(bare, undefined)).not.toThrow();
  expect(refuse(STATE, "prod is a production stack", true)).not.toThrow();
});
