import { byType, type ResourceRule, shown } from "../rule";
import { isUnknown, mayBeTrue, type Props, props, rows } from "../values";

/** DigitalOcean encrypts every volume by itself and has no setting for it. */
export const encryptedDisks: ResourceRule = {
  name: "encrypted-disks",
  description: "Every disk is encrypted.",
  enforcement: "mandatory",
  check: byType("encrypted-disks", {
    "aws:ebs/volume:Volume": (disk) => awsDisk("encrypted", disk),
    "aws:ec2/instance:Instance": awsInstance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": awsInstance,
    "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
    "azure-native:compute:VirtualMachine": (machine) => encryptionAtHost("securityProfile", machine),
    "azure-native:compute:VirtualMachineScaleSet": ({ virtualMachineProfile }) =>
      isUnknown(virtualMachineProfile)
        ? []
        : encryptionAtHost("virtualMachineProfile.securityProfile", props(virtualMachineProfile)),
  }),
};

function awsInstance(instance: Props): string[] {
  // What it does not say itself its launch template says.
  const own = instance["launchTemplate"] === undefined || instance["rootBlockDevice"] !== undefined;
  const others = rows(instance["ebsBlockDevices"]);
  if (isUnknown(instance["rootBlockDevice"])) return [];
  return [
    ...(own ? awsDisk("rootBlockDevice.encrypted", props(instance["rootBlockDevice"])) : []),
    ...others.flatMap((disk) => awsDisk(`ebsBlockDevices.encrypted`, disk)),
  ];
}

function launchTemplate({ blockDeviceMappings }: Props): string[] {
  if (isUnknown(blockDeviceMappings)) return [];
  const disks = rows(blockDeviceMappings).filter((mapping) => mapping["ebs"] !== undefined);
  // The image's own root disk is as encrypted as the image.
  if (disks.length === 0) return ["blockDeviceMappings has no disk; allowed: the root disk with ebs.encrypted: true"];
  return disks.flatMap(({ ebs }) => (isUnknown(ebs) ? [] : awsDisk("blockDeviceMappings.ebs.encrypted", props(ebs))));
}

function awsDisk(path: string, disk: Props): string[] {
  return mayBeTrue(disk["encrypted"]) ? [] : [`${path} is ${shown(disk["encrypted"])}; allowed: true`];
}

function encryptionAtHost(path: string, { securityProfile }: Props): string[] {
  const { encryptionAtHost: found } = props(securityProfile);
  if (isUnknown(securityProfile) || mayBeTrue(found)) return [];
  return [`${path}.encryptionAtHost is ${shown(found)}; allowed: true`];
}
