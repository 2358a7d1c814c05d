import { cloudResource, publicAddress } from "../shared/cloud";
import { addressIn } from "./addresses";
import { arn } from "./arn";
import { map, matching, number, text, unless, userDataFits, within, zoneOfRegion } from "./checks";
import { bool, fixed, int, object, required, str, strs, tags, words } from "./fields";
import { checkMachineType, wrongProcessor } from "./images";

/** Of instances and launch templates alike. */
export const METADATA_FIELDS = {
  httpEndpoint: words("enabled", "disabled"),
  httpTokens: words("optional", "required"),
  httpPutResponseHopLimit: int,
  instanceMetadataTags: words("enabled", "disabled"),
};

export const machineTypes = {
  "aws:ec2/networkInterface:NetworkInterface": cloudResource({
    id: "eni-",
    inputs: { subnetId: fixed(required(str)), securityGroups: strs, description: str, tags },
    computed: {
      arn: arn("ec2", ({ id }) => `network-interface/${id}`),
      privateIp: ({ name, inputs }) => addressIn(text(inputs["subnetId"]) ?? "", name),
      macAddress: () => "02:00:00:00:00:01",
    },
  }),
  "aws:ec2/eip:Eip": cloudResource({
    id: "eipalloc-",
    inputs: { domain: fixed(words("vpc")), networkInterface: str, tags },
    computed: { allocationId: ({ id }) => id, publicIp: ({ name }) => publicAddress(name) },
  }),
  "aws:ec2/instance:Instance": cloudResource({
    id: "i-",
    inputs: {
      ami: fixed(required(str)),
      instanceType: required(str),
      primaryNetworkInterface: fixed(required(object({ networkInterfaceId: required(str) }))),
      iamInstanceProfile: str,
      metadataOptions: object(METADATA_FIELDS),
      rootBlockDevice: object({
        encrypted: bool,
        volumeType: words("gp3"),
        volumeSize: int,
        deleteOnTermination: bool,
        tags,
      }),
      monitoring: bool,
      userDataBase64: str,
      instanceMarketOptions: fixed(
        object({
          marketType: words("spot"),
          spotOptions: object({
            spotInstanceType: words("one-time", "persistent"),
            instanceInterruptionBehavior: words("terminate", "stop", "hibernate"),
          }),
        }),
      ),
      maintenanceOptions: object({ autoRecovery: words("default", "disabled") }),
      tags,
    },
    computed: { arn: arn("ec2", ({ id }) => `instance/${id}`) },
    check: (inputs) => [
      ...userDataFits(inputs["userDataBase64"], "userDataBase64"),
      ...checkMachineType(inputs["instanceType"]),
      ...within(map(inputs["metadataOptions"])["httpPutResponseHopLimit"], "metadataOptions", 1, 64),
    ],
    refuse: ({ instanceType, ami }) => wrongProcessor(instanceType, ami),
  }),
  "aws:ebs/volume:Volume": cloudResource({
    id: "vol-",
    inputs: {
      availabilityZone: fixed(required(str)),
      size: int,
      type: words("gp3"),
      encrypted: fixed(bool),
      tags,
    },
    computed: { arn: arn("ec2", ({ id }) => `volume/${id}`) },
    check: (inputs, call) => [
      ...zoneOfRegion(inputs, call),
      ...within(inputs["size"], "size", 1, 65536),
      ...unless(number(inputs["size"]) !== undefined, "size", "a volume without a snapshot needs a size"),
    ],
  }),
  "aws:ec2/volumeAttachment:VolumeAttachment": cloudResource({
    id: "vai-",
    inputs: {
      deviceName: fixed(required(str)),
      instanceId: fixed(required(str)),
      volumeId: fixed(required(str)),
      stopInstanceBeforeDetaching: bool,
    },
    check: (inputs) => matching(inputs, "deviceName", /^\/dev\/sd[f-p]$/, "must be from /dev/sdf to /dev/sdp"),
  }),
};
