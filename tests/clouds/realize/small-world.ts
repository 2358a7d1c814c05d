/** Two networks with the same addresses, five machines and a balancer, made real for one file of tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Realizer } from "../../../lab/clouds/realize/realizer";
import {
  allow,
  balancer,
  fromMachine,
  type Images,
  images,
  LAB,
  machine,
  network,
  removeImages,
  until,
  world,
} from "./support";

export const A = "198.18.64.4";
export const B = "198.18.64.5";
export const C = "198.18.64.6";
export const NAT = "198.18.65.1";
export const BALANCER = "198.18.66.1";

export const a = machine("a", {
  network: "one",
  privateAddress: "10.0.1.4",
  publicAddress: A,
  inbound: [
    allow("tcp", 80, "0.0.0.0/0"),
    { allow: false, protocol: "tcp", ports: [81, 81], from: ["198.18.1.0/24"] },
    allow("tcp", 81, "0.0.0.0/0"),
    { allow: false, protocol: "any", ports: [0, 65535], from: ["0.0.0.0/0"] },
    allow("tcp", 82, "0.0.0.0/0"),
  ],
  userData: Buffer.from("#cloud-config\n{}\n").toString("base64"),
  metaData: { "instance-id": "i-a", "public-ipv4": A, placement: { region: "eu-test-1" } },
});
export const b = machine("b", {
  network: "one",
  privateAddress: "10.0.1.5",
  publicAddress: B,
  inbound: [allow("tcp", 80, `${A}/32`), allow("tcp", 81, "10.0.0.0/16"), allow("udp", 51820, "0.0.0.0/0")],
});
export const hidden = machine("hidden", {
  network: "one",
  privateAddress: "10.0.2.4",
  inbound: [allow("any", 80, "10.0.0.0/8")],
});
export const natted = machine("natted", { network: "one", privateAddress: "10.0.2.5", natAddress: NAT });
export const c = machine("c", {
  ...{ cloud: "azure-native", network: "two", privateAddress: "10.0.1.4", publicAddress: C },
  inbound: [allow("tcp", 80, "0.0.0.0/0"), allow("udp", 51820, `${A}/32`)],
});
export const front = balancer("front", {
  ...{ network: "one", privateAddress: "10.0.1.9", publicAddress: BALANCER },
  inbound: [allow("tcp", 80, "0.0.0.0/0")],
  targets: ["a", "b"],
});
export const networks = [network("one", "10.0.0.0/16"), network("two", "10.0.0.0/16")];
export const all = world({ networks, machines: [a, b, c, hidden, natted], balancers: [front] });

/** The small world, made real in a folder of its own; all its machines answer. */
export async function stand(): Promise<Standing> {
  const standing = new Standing(await images());
  await standing.realizer.apply(all);
  for (const { id } of all.machines) await until(20, `${id} 127.0.0.1`, () => fromMachine(id, "127.0.0.1"));
  return standing;
}

export class Standing {
  readonly folder = join(mkdtempSync(join(tmpdir(), "storm-realize-")), "lab");
  readonly said: string[] = [];
  realizer: Realizer;

  constructor(private readonly images: Images) {
    this.realizer = this.another();
  }

  get image(): string {
    return this.images.answering;
  }

  /** Another realizer over the same folder, as after a crash. */
  another(): Realizer {
    const { folder, image } = this;
    this.realizer = new Realizer({ lab: LAB, folder, image, say: (line) => this.said.push(line) });
    this.realizer.watch();
    return this.realizer;
  }

  async end(): Promise<void> {
    await this.realizer.destroy();
    await removeImages(this.images);
    rmSync(join(this.folder, ".."), { recursive: true });
  }
}
