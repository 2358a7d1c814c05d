import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../components/aws/names";
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import { planOf } from "../plan/plans";
import { promiseOf } from "./support/mocks";

/** What AWS, as its stand-in knows it, says to the names of a cluster's things. */
async function refused(token: string, env: string, suffix: string): Promise<string[]> {
  const plan = planOf("AWS: [1, small]", env);
  const name = await promiseOf(physicalName({ plan, clusterId: pulumi.output("1a2b") }, suffix));
  const failures = awsPlugin.resources[token]?.check?.({ name }, { urn: "", name, config: {} }) ?? [];
  return failures.filter(({ property }) => property === "name").map(({ reason }) => reason);
}

test.each(["sg", "sg-blue", "internal", "internal-test", "e".repeat(20)])(
  "an environment may be called %s: no name of a thing begins with it",
  async (env) => {
    expect(await refused("aws:ec2/securityGroup:SecurityGroup", env, "manager")).toEqual([]);
    expect(await refused("aws:lb/loadBalancer:LoadBalancer", env, "lb")).toEqual([]);
    expect(await refused("aws:lb/targetGroup:TargetGroup", env, "https")).toEqual([]);
    expect(await refused("aws:ec2/launchTemplate:LaunchTemplate", env, "web-arm64")).toEqual([]);
  },
);
