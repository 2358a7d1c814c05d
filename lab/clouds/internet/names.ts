/** Names of the real internet that lead to this machine: whatever nodes use of it, and nothing else. */
import { INTERNET } from "../world";

/** Let's Encrypt, as the default of storm.yml's `tls.acme.server` has it. */
export const ACME = "acme-v02.api.letsencrypt.org";
export const ROUTE53 = "route53.amazonaws.com";
export const DIGITALOCEAN = "api.digitalocean.com";
export const DOCKER_HUB = "registry-1.docker.io";
export const GITHUB_REGISTRY = "ghcr.io";

/** Those that speak HTTPS at INTERNET.services. */
export const SERVICES = [ACME, ROUTE53, DIGITALOCEAN, DOCKER_HUB, GITHUB_REGISTRY];

/** Name server of all zones, whatever their cloud calls its own. */
export const NAME_SERVER = "ns.storm-lab.test";

/** Names outside of all zones, with their addresses. */
export const HOSTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SERVICES.map((name) => [name, INTERNET.services])),
  [NAME_SERVER]: INTERNET.dns,
};
