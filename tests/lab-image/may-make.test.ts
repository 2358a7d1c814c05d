import { checkMayMakeImages } from "../../lab/image/may-make";
import { FakeMachine } from "../tools/support";

const HUB = "let Docker pull debian:bookworm-slim from Docker Hub (and leave STORM_SETUP unset)";

test.each([
  [
    1000,
    ["apt-get"],
    "without Docker Hub the images are made of Debian's packages, which only root may do",
    `Run the command once as root (afterwards the docker group is enough), or ${HUB}.`,
  ],
  [
    0,
    [],
    "without Docker Hub the images are made of Debian's packages, and this system has no apt-get",
    `Use a Debian machine, or ${HUB}.`,
  ],
  [
    1000,
    [],
    "without Docker Hub the images are made of Debian's packages, and this system has no apt-get",
    `Use a Debian machine, or ${HUB}.`,
  ],
])("user %i with %j is told once what to do", (uid, programs, message, hint) => {
  const check = () => checkMayMakeImages(new FakeMachine(uid, programs));
  expect(check).toThrow(message);
  expect(check).toThrow(expect.objectContaining({ hints: [hint] }));
});

test("root on a machine with apt may", () => {
  expect(() => checkMayMakeImages(new FakeMachine(0, ["apt-get"]))).not.toThrow();
});
