import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { BASTION_USER, bastionUserData } from "../../boot/bastion";
import type { AwsNetwork } from "../network/aws";
import type { Proxy } from "../node";
import type { SiteArgs } from "../site";
import type { UbuntuImages } from "./image";
import { createMachine } from "./machine";

/** It only passes connections on; every region and zone has it. */
const MACHINE_TYPE = "t3.micro";

export interface BastionArgs extends Pick<SiteArgs, "plan" | "site" | "ssh"> {
  network: AwsNetwork;
  images: UbuntuImages;
}

/** The one machine with a public address where nodes have none: SSH reaches them through it. */
export class Bastion extends pulumi.ComponentResource {
  readonly proxy: Proxy;

  constructor(name: string, { plan, ssh, network, images }: BastionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:aws:Bastion", name, {}, opts);
    const [zone = ""] = Object.keys(network.publicSubnets).sort();
    const key = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, { parent: this });
    const userData = pulumi
      .all([key.privateKeyOpenssh, key.publicKeyOpenssh, ssh.publicKey])
      .apply(([privateOpenssh, publicOpenssh, authorizedKey]) =>
        bastionUserData({
          hostKey: { privateOpenssh, publicOpenssh: publicOpenssh.trim() },
          authorizedKey: authorizedKey.trim(),
        }),
      );
    const machine = createMachine(
      name,
      {
        plan,
        pool: "bastion",
        subnetId: network.publicSubnets[zone] ?? "",
        securityGroups: [network.groups.id("bastion")],
        machineType: MACHINE_TYPE,
        image: images.id("amd64"),
        userData: pulumi.secret(userData),
        open: true,
        spot: false,
        ways: network.ways,
      },
      this,
    );
    this.proxy = {
      host: machine.address,
      user: BASTION_USER,
      privateKey: ssh.privateKey,
      hostKey: key.publicKeyOpenssh.apply((line) => line.trim()),
    };
    this.registerOutputs({});
  }
}
