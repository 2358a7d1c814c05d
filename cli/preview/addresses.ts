import type { RenderedStack } from "../../load";

/** Where a service answers. Without the port, which the load balancer chooses. */
export interface AddressChange {
  /** "web/page" */
  service: string;
  /** Undefined: it answered nowhere. */
  before: string | undefined;
  /** Undefined: it will answer nowhere. */
  after: string | undefined;
}

/**
 * @param urls output of the deployment that is there: "STACK/SERVICE" -> URL
 * @param stacks those of storm.yml
 */
export function addressChanges(
  urls: Readonly<Record<string, string>>,
  stacks: readonly Pick<RenderedStack, "name" | "routes">[],
): AddressChange[] {
  const old = new Map(Object.entries(urls).map(([service, url]) => [service, withoutPort(url)]));
  const now = new Map<string, string>(
    stacks.flatMap(({ name, routes }) =>
      routes.map(({ service, host, path }) => [`${name}/${service}`, withoutPort(`https://${host}${path}`)] as const),
    ),
  );
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((service) => {
    const [before, after] = [old.get(service), now.get(service)];
    return before === after ? [] : [{ service, before, after }];
  });
}

function withoutPort(text: string): string {
  const { hostname, pathname } = new URL(text);
  return `https://${hostname}${pathname === "/" ? "" : pathname}`;
}
