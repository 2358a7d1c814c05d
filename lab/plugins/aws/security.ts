import { cloudResource } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { arn } from "./arn";
import { matching, number, oneOf, text, unless } from "./checks";
import { fixed, int, required, str, tags, words } from "./fields";

/** docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup */
const DESCRIPTION = /^[A-Za-z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
const CIDR = /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)$/;

function described(inputs: ValueMap): CheckFailure[] {
  const reason = "must be at most 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*";
  return matching(inputs, "description", DESCRIPTION, reason);
}

/** A rule names one other side; all protocols have no ports, TCP and UDP have them in order. */
function checkRule(inputs: ValueMap): CheckFailure[] {
  const [from, to] = [number(inputs["fromPort"]), number(inputs["toPort"])];
  const all = text(inputs["ipProtocol"]) === "-1";
  const ported = all
    ? inputs["fromPort"] === undefined && inputs["toPort"] === undefined
    : from !== undefined && to !== undefined && from >= 0 && from <= to && to <= 65535;
  return [
    ...described(inputs),
    ...oneOf(inputs, ["cidrIpv4", "referencedSecurityGroupId"]),
    ...matching(inputs, "cidrIpv4", CIDR, "must be an IPv4 network"),
    ...unless(
      ported,
      "fromPort",
      all ? "all protocols have no ports" : "must be ports from 0 to 65535, the lower first",
    ),
  ];
}

const rule = cloudResource({
  id: "sgr-",
  inputs: {
    securityGroupId: fixed(required(str)),
    ipProtocol: required(words("tcp", "udp", "icmp", "-1")),
    fromPort: int,
    toPort: int,
    cidrIpv4: str,
    referencedSecurityGroupId: str,
    description: str,
    tags,
  },
  computed: { arn: arn("ec2", ({ id }) => `security-group-rule/${id}`), securityGroupRuleId: ({ id }) => id },
  check: checkRule,
});

export const securityTypes = {
  "aws:ec2/securityGroup:SecurityGroup": cloudResource({
    id: "sg-",
    inputs: { name: fixed(required(str)), description: fixed(str), vpcId: fixed(required(str)), tags },
    computed: { arn: arn("ec2", ({ id }) => `security-group/${id}`) },
    check: (inputs) => [
      ...described(inputs),
      ...matching(
        inputs,
        "name",
        /^(?!sg-)[A-Za-z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
        "must be at most 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, not beginning with sg-",
      ),
    ],
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": cloudResource({
    id: "sg-",
    inputs: { vpcId: fixed(str), tags },
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
};
