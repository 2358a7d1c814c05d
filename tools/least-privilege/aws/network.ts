/** What networks and who may reach what in them ask for. */
import { ec2, removes, reads, type Statement, tagging } from "./statement";

export const network: Record<string, Statement[]> = {
  "aws:ec2/vpc:Vpc": [
    ec2("CreateVpc", "ModifyVpcAttribute"),
    removes("DeleteVpc"),
    reads(
      "ec2",
      "DescribeVpcs",
      "DescribeVpcAttribute",
      "DescribeNetworkAcls",
      "DescribeRouteTables",
      "DescribeSecurityGroups",
    ),
    tagging,
  ],
  "aws:ec2/internetGateway:InternetGateway": [
    ec2("CreateInternetGateway", "AttachInternetGateway", "DetachInternetGateway"),
    removes("DeleteInternetGateway"),
    reads("ec2", "DescribeInternetGateways"),
    tagging,
  ],
  "aws:ec2/subnet:Subnet": [
    ec2("CreateSubnet", "ModifySubnetAttribute"),
    removes("DeleteSubnet"),
    reads("ec2", "DescribeSubnets", "DescribeNetworkInterfaces"),
    tagging,
  ],
  "aws:ec2/routeTable:RouteTable": [
    ec2("CreateRouteTable"),
    removes("DeleteRouteTable"),
    reads("ec2", "DescribeRouteTables"),
    tagging,
  ],
  "aws:ec2/route:Route": [ec2("CreateRoute", "ReplaceRoute", "DeleteRoute"), reads("ec2", "DescribeRouteTables")],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": [
    ec2("AssociateRouteTable", "ReplaceRouteTableAssociation", "DisassociateRouteTable"),
    reads("ec2", "DescribeRouteTables"),
  ],
  "aws:ec2/natGateway:NatGateway": [
    ec2("CreateNatGateway"),
    removes("DeleteNatGateway"),
    reads("ec2", "DescribeNatGateways"),
    tagging,
  ],
  "aws:ec2/eip:Eip": [
    ec2("AllocateAddress", "AssociateAddress", "DisassociateAddress"),
    removes("ReleaseAddress"),
    reads("ec2", "DescribeAddresses", "DescribeAddressesAttribute", "DescribeNetworkInterfaces"),
    tagging,
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    ec2("CreateSecurityGroup", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
    removes("DeleteSecurityGroup"),
    reads("ec2", "DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeNetworkInterfaces"),
    tagging,
  ],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": [
    ec2("RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
    reads("ec2", "DescribeSecurityGroups"),
    tagging,
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    ec2("AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupIngress"),
    reads("ec2", "DescribeSecurityGroupRules"),
    tagging,
  ],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [
    ec2("AuthorizeSecurityGroupEgress", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress"),
    reads("ec2", "DescribeSecurityGroupRules"),
    tagging,
  ],
  "aws:ec2/networkInterface:NetworkInterface": [
    ec2("CreateNetworkInterface", "ModifyNetworkInterfaceAttribute", "DetachNetworkInterface"),
    removes("DeleteNetworkInterface"),
    reads("ec2", "DescribeNetworkInterfaces"),
    tagging,
  ],
};
