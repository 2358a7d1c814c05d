/** `Volume`, `VolumeAttachment`. */
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { checkPlace, regionOfDroplet } from "./regions";
import { checkTags, matches, type Table, textOf } from "./table";

export const storageTypes: Table = {
  Volume: {
    // The region is in the id, so that an attachment can be checked; the real one is a UUID.
    id: (inputs) => `volume-${textOf(inputs, "region") ?? ""}-${textOf(inputs, "name") ?? ""}`,
    inputs: {
      name: { type: "string", required: true, change: "replace" },
      region: { type: "string", required: true, change: "replace" },
      size: { type: "integer", required: true, min: 1 },
      description: { type: "string", change: "replace" },
      initialFilesystemType: { type: "string", oneOf: ["ext4", "xfs"], change: "replace" },
      initialFilesystemLabel: { type: "string", change: "replace" },
      snapshotId: { type: "string", change: "replace" },
      tags: { type: "strings" },
    },
    computed: {
      volumeUrn: ({ id }) => `do:volume:${id}`,
      dropletIds: () => [],
      filesystemLabel: () => "",
    },
    check: (inputs) => [
      ...checkPlace({ region: inputs["region"] ?? null }),
      ...matches(
        inputs,
        "name",
        /^[a-z][a-z0-9-]{0,63}$/,
        'a Volume\'s name is at most 64 lower-case letters, digits and "-", a letter first',
      ),
      ...checkTags(inputs["tags"]),
      ...checkSize(inputs),
    ],
  },
  VolumeAttachment: {
    id: (inputs) => `${String(inputs["dropletId"])}-${String(inputs["volumeId"])}`,
    inputs: {
      dropletId: { type: "integer", required: true, change: "replace" },
      volumeId: { type: "string", required: true, change: "replace" },
    },
    check: (inputs) => {
      const [volume, droplet] = [textOf(inputs, "volumeId"), regionOfDroplet(inputs)];
      return volume === undefined || droplet === undefined || volume.startsWith(`volume-${droplet}-`)
        ? []
        : [
            {
              property: "volumeId",
              reason: `the Volume is in another region than the Droplet, which is in ${droplet}`,
            },
          ];
    },
  },
};

/** 16 TiB (docs.digitalocean.com/products/volumes/details/limits). */
const MAX_GIB = 16 * 1024;

function checkSize(inputs: ValueMap): CheckFailure[] {
  const { size } = inputs;
  if (typeof size !== "number" || size <= MAX_GIB) return [];
  return [{ property: "size", reason: `a Volume is at most ${MAX_GIB} GiB, got ${size}` }];
}
