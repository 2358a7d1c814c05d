import { cloudResource } from "../shared/cloud";
import { checkSubnet, checkVpc } from "./addresses";
import { arn } from "./arn";
import { oneOf, unless, zoneOfRegion } from "./checks";
import { bool, fixed, required, str, tags } from "./fields";

export const networkTypes = {
  "aws:ec2/vpc:Vpc": cloudResource({
    id: "vpc-",
    inputs: { cidrBlock: fixed(required(str)), enableDnsHostnames: bool, enableDnsSupport: bool, tags },
    computed: { arn: arn("ec2", ({ id }) => `vpc/${id}`) },
    check: checkVpc,
  }),
  "aws:ec2/internetGateway:InternetGateway": cloudResource({
    id: "igw-",
    inputs: { vpcId: str, tags },
    computed: { arn: arn("ec2", ({ id }) => `internet-gateway/${id}`) },
  }),
  "aws:ec2/subnet:Subnet": cloudResource({
    id: "subnet-",
    inputs: {
      vpcId: fixed(required(str)),
      availabilityZone: fixed(str),
      cidrBlock: fixed(required(str)),
      mapPublicIpOnLaunch: bool,
      tags,
    },
    computed: { arn: arn("ec2", ({ id }) => `subnet/${id}`) },
    check: (inputs, call) => [...zoneOfRegion(inputs, call), ...checkSubnet(inputs, call)],
  }),
  "aws:ec2/routeTable:RouteTable": cloudResource({
    id: "rtb-",
    inputs: { vpcId: fixed(required(str)), tags },
    computed: { arn: arn("ec2", ({ id }) => `route-table/${id}`) },
  }),
  "aws:ec2/route:Route": cloudResource({
    id: "r-",
    inputs: {
      routeTableId: fixed(required(str)),
      destinationCidrBlock: fixed(required(str)),
      gatewayId: str,
      natGatewayId: str,
    },
    check: (inputs) => oneOf(inputs, ["gatewayId", "natGatewayId"]),
  }),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": cloudResource({
    id: "rtbassoc-",
    inputs: { routeTableId: required(str), subnetId: fixed(required(str)) },
  }),
  "aws:ec2/natGateway:NatGateway": cloudResource({
    id: "nat-",
    inputs: { allocationId: fixed(str), subnetId: fixed(str), tags },
    check: (inputs) => [
      // What a public one, the default, asks for.
      ...unless(inputs["allocationId"] !== undefined, "allocationId", "a public NAT gateway needs an address"),
      ...unless(inputs["subnetId"] !== undefined, "subnetId", "a zonal NAT gateway needs a subnet"),
    ],
  }),
};
