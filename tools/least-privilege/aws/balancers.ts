/** What load balancers ask for. */
import { on, reads, serviceRole, type Statement } from "./statement";

const NETWORK_LOAD_BALANCERS = [
  "arn:aws:elasticloadbalancing:*:*:loadbalancer/net/*",
  "arn:aws:elasticloadbalancing:*:*:targetgroup/*",
  "arn:aws:elasticloadbalancing:*:*:listener/net/*",
];
const balancing = (...actions: string[]) => on("elasticloadbalancing", NETWORK_LOAD_BALANCERS, actions);
const balancingTags = balancing("AddTags", "RemoveTags");
const balancingReads = reads("elasticloadbalancing", "DescribeTags");

export const balancers: Record<string, Statement[]> = {
  "aws:lb/loadBalancer:LoadBalancer": [
    balancing(
      "CreateLoadBalancer",
      "DeleteLoadBalancer",
      "ModifyLoadBalancerAttributes",
      "SetSubnets",
      "SetSecurityGroups",
      "SetIpAddressType",
    ),
    reads(
      "elasticloadbalancing",
      "DescribeLoadBalancers",
      "DescribeLoadBalancerAttributes",
      "DescribeCapacityReservation",
    ),
    reads("ec2", "DescribeNetworkInterfaces"),
    serviceRole("elasticloadbalancing.amazonaws.com"),
    balancingTags,
    balancingReads,
  ],
  "aws:lb/targetGroup:TargetGroup": [
    balancing("CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes"),
    reads("elasticloadbalancing", "DescribeTargetGroups", "DescribeTargetGroupAttributes"),
    balancingTags,
    balancingReads,
  ],
  "aws:lb/listener:Listener": [
    balancing("CreateListener", "ModifyListener", "DeleteListener", "ModifyListenerAttributes"),
    reads("elasticloadbalancing", "DescribeListeners", "DescribeListenerAttributes"),
    balancingTags,
    balancingReads,
  ],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": [
    balancing("RegisterTargets", "DeregisterTargets"),
    reads("elasticloadbalancing", "DescribeTargetHealth"),
  ],
};
