import { cloudResource } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { ResourceType } from "../shared/resource";
import type { ValueMap } from "../shared/values";
import { arn } from "./arn";
import { list, map, matching, text, unless, within } from "./checks";
import { bool, fixed, int, object, objects, required, str, strs, tags, words } from "./fields";

/** docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer */
function named(inputs: ValueMap): CheckFailure[] {
  const reason = 'must be at most 32 letters, digits and inner "-", not beginning with internal-';
  return matching(inputs, "name", /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/, reason);
}

const loadBalancer = cloudResource({
  id: (inputs) => text(inputs["name"]) ?? "",
  inputs: {
    name: fixed(required(str)),
    loadBalancerType: fixed(words("network")),
    internal: fixed(bool),
    ipAddressType: words("ipv4", "dualstack"),
    subnets: strs,
    securityGroups: strs,
    enableCrossZoneLoadBalancing: bool,
    tags,
  },
  computed: {
    arn: arn("elasticloadbalancing", ({ id }) => `loadbalancer/net/${id}/50dc6c495c0c9188`),
    dnsName: ({ id, config }) => `${id}-50dc6c495c0c9188.elb.${text(config["region"]) ?? ""}.amazonaws.com`,
    zoneId: () => "Z2IFOLAFXWLO4F",
  },
  check: (inputs) => [
    ...named(inputs),
    ...unless(list(inputs["subnets"]).length > 0, "subnets", "at least one subnet is needed"),
  ],
});

/** A network load balancer takes more subnets in place, fewer not; groups only if it was made with one. */
const networkLoadBalancer: ResourceType = {
  ...loadBalancer,
  diff: (oldInputs, oldState, inputs) => {
    const diff = loadBalancer.diff(oldInputs, oldState, inputs);
    const gone = list(oldInputs["subnets"]).some((subnet) => !list(inputs["subnets"]).includes(subnet));
    const grouped = list(oldInputs["securityGroups"]).length > 0 === list(inputs["securityGroups"]).length > 0;
    return {
      ...diff,
      ...(diff["subnets"] ? { subnets: { ...diff["subnets"], replace: gone } } : {}),
      ...(diff["securityGroups"] ? { securityGroups: { ...diff["securityGroups"], replace: !grouped } } : {}),
    };
  },
};

export const balancerTypes = {
  "aws:lb/loadBalancer:LoadBalancer": networkLoadBalancer,
  "aws:lb/targetGroup:TargetGroup": cloudResource({
    id: (inputs, config) =>
      arn(
        "elasticloadbalancing",
        () => `targetgroup/${text(inputs["name"]) ?? ""}/73e2d6bc24d8a067`,
      )({
        id: "",
        name: "",
        inputs,
        config,
      }),
    inputs: {
      name: fixed(required(str)),
      port: fixed(required(int)),
      protocol: fixed(required(words("TCP", "UDP", "TLS"))),
      targetType: fixed(words("instance", "ip")),
      vpcId: fixed(required(str)),
      preserveClientIp: words("true", "false"),
      deregistrationDelay: int,
      healthCheck: object({
        protocol: words("TCP", "HTTP", "HTTPS"),
        port: str,
        path: str,
        interval: int,
        timeout: int,
        healthyThreshold: int,
        unhealthyThreshold: int,
      }),
      tags,
    },
    computed: { arn: ({ id }) => id },
    check: (inputs) => [
      ...named(inputs),
      ...within(inputs["port"], "port", 1, 65535),
      ...within(inputs["deregistrationDelay"], "deregistrationDelay", 0, 3600),
      ...within(map(inputs["healthCheck"])["interval"], "healthCheck.interval", 5, 300),
      ...within(map(inputs["healthCheck"])["timeout"], "healthCheck.timeout", 2, 120),
      ...within(map(inputs["healthCheck"])["healthyThreshold"], "healthCheck.healthyThreshold", 2, 10),
      ...within(map(inputs["healthCheck"])["unhealthyThreshold"], "healthCheck.unhealthyThreshold", 2, 10),
    ],
  }),
  "aws:lb/listener:Listener": cloudResource({
    id: "listener-",
    inputs: {
      loadBalancerArn: fixed(required(str)),
      port: int,
      protocol: words("TCP", "UDP", "TLS"),
      defaultActions: required(objects({ type: required(words("forward")), targetGroupArn: str })),
      tags,
    },
    computed: { arn: arn("elasticloadbalancing", ({ id }) => `listener/net/${id}`) },
    check: (inputs) => within(inputs["port"], "port", 1, 65535),
  }),
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": cloudResource({
    id: "attachment-",
    inputs: { targetGroupArn: fixed(required(str)), targetId: fixed(required(str)), port: fixed(int) },
  }),
};
