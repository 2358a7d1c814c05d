import { IMAGES } from "./support/look-ups";
import { deployed, removeBuilds, resource, stdinOf } from "./support/program";

/** The way from a site's load balancer to the ingress of all nodes. */

afterAll(removeBuilds);

const trustedIn = async (spec: object): Promise<string[]> => {
  const whole = await deployed(spec, { lookUps: IMAGES });
  const { compose } = stdinOf<{ compose: { services: { traefik: { command: string[] } } } }>(
    resource(whole, "Command", "stack-ingress"),
  );
  return compose.services.traefik.command.filter((word) => word.includes("proxyprotocol"));
};

test("PROXY headers are believed from the network of DigitalOcean's load balancer, and from nowhere without one", async () => {
  expect(await trustedIn({ Hostname: "storm.example.com", Local: null, DigitalOcean: [3, "small"] })).toEqual([
    "--entrypoints.web.proxyprotocol.trustedips=10.110.0.0/20",
    "--entrypoints.websecure.proxyprotocol.trustedips=10.110.0.0/20",
  ]);
  expect(await trustedIn({})).toEqual([]);
});
