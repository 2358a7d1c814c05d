import { dockerSocket } from "../../lab/local/docker";

test("the socket is DOCKER_HOST's, which must be of this machine", () => {
  expect(dockerSocket(undefined)).toBe("/var/run/docker.sock");
  expect(dockerSocket("unix:///run/user/1000/docker.sock")).toBe("/run/user/1000/docker.sock");
  expect(() => dockerSocket("tcp://192.0.2.1:2375")).toThrow("must begin with unix://");
});
