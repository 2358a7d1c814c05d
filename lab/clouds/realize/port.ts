/** A container's link to its network's router: the only one that it has, so that all its packets pass the rules there. */
import type { Container } from "../../local/docker-types";
import type { Endpoint } from "../world";
import { ip, ipJson } from "./host";
import { LINK, portName } from "./names";
import { removeLink } from "./networks";

/**
 * Plugs a running container into its router. Each start of a container makes its network anew; one that is plugged already is left alone.
 * The default route comes last: the container's entry point waits for it.
 */
export async function plug(router: string, container: Container, end: Endpoint): Promise<void> {
  const port = portName(end.id);
  const here = { namespace: router };
  const inside = { process: container.State.Pid };
  const done = `${container.State.StartedAt} ${end.privateAddress}`;
  if ((await aliasOf(router, port)) === done) return;
  await removeLink(here, port);
  await removeLink(inside, "eth0"); // the end of a port of another network
  await ip(here, [
    `link add ${port} type veth peer name eth0 netns ${container.State.Pid}`,
    `addr add ${LINK.gateway}/32 dev ${port}`,
    `link set ${port} up`,
    `route replace ${end.privateAddress}/32 dev ${port}`,
  ]);
  await ip(inside, [
    `addr add ${end.privateAddress}/32 dev eth0`,
    "link set eth0 up",
    `route replace default via ${LINK.gateway} dev eth0 onlink`,
  ]);
  await ip(here, [`link set ${port} alias "${done}"`]);
}

async function aliasOf(router: string, port: string): Promise<string | undefined> {
  const links = await ipJson<{ ifname: string; ifalias?: string }[]>({ namespace: router }, "link", "show");
  return links.find((link) => link.ifname === port)?.ifalias;
}
