/**
 * The provider `storm` where there is no Docker: what it would make is there at once, and says of itself what the real one would. All that
 * compares is the real one's.
 */
import { main } from "@pulumi/pulumi/provider";
import { createProvider } from "../../lab/local/provider";
import { incoming, outgoing } from "../../lab/local/resource";
import { localState } from "./local-state";

const SAME = ["name", "hostname", "network", "cluster", "image"];
let addresses = 10;

interface Given extends Record<string, unknown> {
  name: string;
  addressIndex?: number;
  publish?: { name: string; container: number }[];
}

function placeOf(type: string, id: string, { addressIndex, publish = [] }: Given): object {
  if (type === "storm:local:Network") return { networkId: id, cidr: "172.28.0.0/24", gateway: "172.28.0.1" };
  return {
    containerId: id,
    address: `172.28.0.${addressIndex ?? addresses++}`,
    running: true,
    ...(type === "storm:local:Service"
      ? { ports: Object.fromEntries(publish.map(({ name, container }) => [name, container])) }
      : {}),
  };
}

void main(
  {
    ...createProvider(),
    create: (urn, news: unknown) => {
      const type = urn.split("::")[2]?.split("$").pop() ?? "";
      const given = incoming<Given>(news);
      const kept = localState(type, given);
      if (kept === undefined) throw new Error(`nobody answers for ${type}`);
      const id = `id-${given.name}`;
      const same = Object.fromEntries(SAME.flatMap((key) => (key in given ? [[key, given[key]]] : [])));
      return Promise.resolve({ id, outs: outgoing({ ...same, ...placeOf(type, id, given), ...kept }) });
    },
  },
  process.argv.slice(2),
);
