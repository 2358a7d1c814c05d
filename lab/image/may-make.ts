import { UserError } from "../../tools/errors";
import { type Machine, thisMachine } from "../../tools/machine";

const HUB = "let Docker pull debian:bookworm-slim from Docker Hub (and leave STORM_SETUP unset)";

/**
 * Where Docker Hub is out of reach, images begin with a root file system of Debian's packages. Asked before anything is fetched or built.
 * @throws UserError where that cannot be, with what to do.
 */
export function checkMayMakeImages(machine: Machine = thisMachine): void {
  if (machine.find("apt-get") === undefined) {
    throw new UserError("without Docker Hub the images are made of Debian's packages, and this system has no apt-get", [
      `Use a Debian machine, or ${HUB}.`,
    ]);
  }
  if (machine.uid !== 0) {
    throw new UserError("without Docker Hub the images are made of Debian's packages, which only root may do", [
      `Run the command once as root (afterwards the docker group is enough), or ${HUB}.`,
    ]);
  }
}
