import { messageOf } from "../../tools/errors";
import { OutOfReach, probe } from "../binaries/official";
import { docker } from "./docker";

/** Where Docker Hub's images are. */
export const hub = "https://registry-1.docker.io";

/**
 * Has Docker pull an image of Docker Hub. That this machine reaches the server does not say that Docker does: it may know no proxy, or have
 * pulled too often.
 * @throws OutOfReach when it cannot, with Docker's reason
 */
export async function pullFromHub(
  image: string,
  ask: (url: string) => Promise<void> = probe,
  pull: (image: string) => Promise<unknown> = (name) => docker(["pull", "--quiet", name]),
): Promise<void> {
  await ask(`${hub}/v2/`);
  try {
    await pull(image);
  } catch (error) {
    const reason = messageOf(error).trim().split("\n").at(-1);
    throw new OutOfReach(`Docker cannot pull ${image} (${reason})`);
  }
}
