import { OutOfReach, officialFirst } from "../../lab/binaries/official";
import { pullFromHub } from "../../lab/image/hub";
import { isServedBy, makerName } from "../../lab/image/image-cache";

const REFUSED = "Error response from daemon: toomanyrequests: You have reached your pull rate limit";
const reached = async () => undefined;
const refusing = async () => Promise.reject(new Error(`\`docker pull\` ended with 1\n${REFUSED}`));

test("a pull that Docker cannot do is a reason to use package registries, and says which", async () => {
  const mode = process.env.STORM_SETUP;
  delete process.env.STORM_SETUP;
  const said: string[] = [];
  const used = await officialFirst(
    (line) => void said.push(line),
    { get: () => pullFromHub("debian:bookworm-slim", reached, refusing).then(() => "hub") },
    { get: async () => "registries" },
  );
  if (mode !== undefined) process.env.STORM_SETUP = mode;
  expect(used).toBe("registries");
  expect(said).toEqual([`Docker cannot pull debian:bookworm-slim (${REFUSED}); using package registries instead`]);
});

test("where the server does not answer, Docker is not asked", async () => {
  const pulled: string[] = [];
  const gone = async () => Promise.reject(new OutOfReach("registry-1.docker.io is out of reach"));
  const work = pullFromHub("registry:2", gone, async (image) => void pulled.push(image));
  await expect(work).rejects.toBeInstanceOf(OutOfReach);
  expect(pulled).toEqual([]);
});

test("two cache folders fill their caches in containers of their own, and leave each other's images", () => {
  expect(makerName("/a")).not.toBe(makerName("/b"));
  const ports = "127.0.0.1:49153->5000/tcp\n127.0.0.1:50000->5000/tcp";
  expect(isServedBy(ports, "127.0.0.1:49153/library/debian:bookworm-slim")).toBe(true);
  expect(isServedBy(ports, "127.0.0.1:4915/library/debian:bookworm-slim")).toBe(false);
});
