import { readFileSync } from "node:fs";
import { boundingSet, nodeRunFlags } from "../../lab/image/run-flags";
import { nodeContainerBody } from "../../lab/local/node-container";

test("a node's container has what the image's flags for `docker run` say", () => {
  const body = nodeContainerBody({
    ...{ image: "i", hostname: "h", network: { name: "n", address: "172.28.0.10" }, labels: {}, limits: {} },
  });
  const {
    HostConfig: host,
    StopSignal,
    Volumes,
  } = body as {
    HostConfig: { CapAdd: string[]; Tmpfs: Record<string, string>; CgroupnsMode: string };
    StopSignal: string;
    Volumes: Record<string, object>;
  };
  const flags = nodeRunFlags();
  expect(host.CapAdd).toEqual(boundingSet(readFileSync("/proc/self/status", "utf8")));
  expect(Object.entries(host.Tmpfs).map(([path, how]) => `--tmpfs=${path}:${how}`)).toEqual(
    flags.filter((flag) => flag.startsWith("--tmpfs")),
  );
  const said = [
    ...host.CapAdd.map((name) => `--cap-add=${name}`),
    `--cgroupns=${host.CgroupnsMode}`,
    `--stop-signal=${StopSignal}`,
    ...Object.keys(Volumes).map((path) => `--volume=${path}`),
  ];
  expect(flags).toEqual(expect.arrayContaining(said));
});
