import type { Resource } from "../resource";
import type { ResourceRule } from "../rule";

/** What holds data that nobody can make again, or names that others rely on. */
const DATA = [
  "aws:ebs/volume:Volume",
  "aws:efs/fileSystem:FileSystem",
  "aws:route53/zone:Zone",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "azure-native:compute:Disk",
  "azure-native:dns:Zone",
  "azure-native:network:Zone",
  "azure-native:storage:BlobContainer",
  "azure-native:storage:StorageAccount",
  "digitalocean:index/domain:Domain",
  "digitalocean:index/spacesBucket:SpacesBucket",
  "digitalocean:index/volume:Volume",
];

export const protectedData: ResourceRule = {
  name: "protected-data",
  description: "In production, volumes, buckets and zones are protected from deletion.",
  enforcement: "mandatory",
  check: (resource, { spec }) => (spec?.production && DATA.includes(resource.type) ? problems(resource) : []),
};

function problems({ protect, props: { forceDestroy } }: Resource): string[] {
  return [
    ...(protect ? [] : ["the option protect is false; allowed with `production: true`: true"]),
    ...(forceDestroy === true ? ["forceDestroy is true; allowed with `production: true`: false"] : []),
  ];
}
