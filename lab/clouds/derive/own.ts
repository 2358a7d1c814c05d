/** Machines of the user's own on the lab's internet, for `Hosts`: there before the program comes, and after it has gone. */
import { type Addresses, INTERNET, type World } from "../world";
import { allow, EVERYWHERE, MOST } from "./common";

/** As it was asked for by hand. */
export interface OwnMachine {
  name: string;
  /** OpenSSH public key that lets root in. */
  authorizedKey: string;
  /** Its sshd's, in OpenSSH's forms. */
  hostKey: { private: string; public: string };
}

/** An owner's house or hall, of which nothing is told but this. */
const NETWORK = { id: "own", site: "own", cidr: "192.168.0.0/24" };
const ADMIN = [`${INTERNET.admin}/32`];
/** As docs/clouds.md asks of a host's owner. */
const FIREWALL = [
  ...[80, 443].flatMap((port) => allow("tcp", [port, port], [EVERYWHERE])),
  ...allow("udp", [51820, 51820], [EVERYWHERE]),
  ...[22, 2376, 8501].flatMap((port) => allow("tcp", [port, port], ADMIN)),
];

/** Machine.id of a user's own machine. */
export function ownId(name: string): string {
  return `own-${name}`;
}

export function ownMachines(
  machines: readonly OwnMachine[],
  addresses: Addresses,
): Pick<World, "networks" | "machines"> {
  return {
    networks: machines.length > 0 ? [NETWORK] : [],
    machines: machines.map((machine) => {
      const id = ownId(machine.name);
      return {
        id,
        site: NETWORK.site,
        name: machine.name,
        network: NETWORK.id,
        privateAddress: addresses.private(NETWORK.id, NETWORK.cidr, id),
        publicAddress: addresses.public(id),
        inbound: FIREWALL,
        userData: userData(machine),
        metaData: { "instance-id": id, "local-hostname": machine.name },
        ...MOST,
        volumes: [],
      };
    }),
  };
}

/** What whoever sets a machine up does: a key that lets in, and nothing of Storm's. */
function userData({ authorizedKey, hostKey }: OwnMachine): string {
  const config = {
    disable_root: false,
    users: [{ name: "root", ssh_authorized_keys: [authorizedKey] }],
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}
