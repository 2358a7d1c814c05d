/** The SDK side of the provider `storm` for machines that exist already (lab/hosts). */
import * as pulumi from "@pulumi/pulumi";

/** The provider's version; the engine finds the plugin by Pulumi.yaml's `plugins`. */
const VERSION = "0.1.0";

/** How SSH gets into a machine that exists already. */
export interface HostArgs {
  /** Address or host name. */
  address: string;
  port: number;
  /** root, or one who may use sudo without a password. */
  user: string;
  /** OpenSSH public key that its sshd must show. */
  hostKey: string;
}

export interface HostsCheckArgs {
  /** Owner of the machines. */
  cluster: pulumi.Input<string>;
  /** Every host of the plan, with what its machine is looked at for, as JSON. */
  hosts: (HostArgs & { name: string; document: string })[];
  /** OpenSSH private key. Always secret. */
  privateKey: pulumi.Input<string>;
  /** Text of boot/hosts/check.py. */
  program: string;
}

/** Looks at every machine that is not a node yet; fails once, with all that is wrong anywhere. Changes nothing. */
export class HostsCheck extends pulumi.CustomResource {
  constructor(name: string, args: HostsCheckArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, privateKey: pulumi.secret(args.privateKey), passed: undefined };
    super("storm:hosts:Check", name, props, pulumi.mergeOptions({ version: VERSION }, opts));
  }
}

export interface HostMachineArgs extends HostArgs {
  /** Name of the node, and the machine's host name while it is one. */
  name: string;
  cluster: pulumi.Input<string>;
  /** OpenSSH private key. Always secret. */
  privateKey: pulumi.Input<string>;
  /** Text of boot/hosts/birth.py. */
  program: string;
  /** What the program brings, as JSON. */
  document: string;
}

/** A machine made a node. Deleting it makes the machine what it was; one that does not answer is left, with a warning. */
export class HostMachine extends pulumi.CustomResource {
  /** Another when the machine was made a node anew. */
  declare readonly birth: pulumi.Output<string>;
  /** What `address` leads to. */
  declare readonly ipv4: pulumi.Output<string>;

  constructor(name: string, args: HostMachineArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { birth: undefined, ipv4: undefined, login: undefined };
    const props = { ...args, privateKey: pulumi.secret(args.privateKey), ...outputs };
    super("storm:hosts:Host", name, props, pulumi.mergeOptions({ version: VERSION }, opts));
  }
}
