import type { Field } from "./fields";

const PROTOCOLS = ["tcp", "udp", "sctp"] as const;
const SHORT =
  /^(?:(\[[0-9a-fA-F:]+\]|\d+\.\d+\.\d+\.\d+):)?(?:(\d+)(?:-(\d+))?:)?(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/;
/** Longer ranges are a mistake more often than a wish, and each port is an iptables rule on each node. */
const MAX_RANGE = 100;

/** One published port of a service. */
export interface Port {
  target: number;
  /** Undefined: any free one. */
  published: number | undefined;
  protocol: (typeof PROTOCOLS)[number];
  /** Only if the file says so. */
  mode: "host" | "ingress" | undefined;
  /** Address it was to be bound to, which Swarm cannot do. */
  address: string | undefined;
  /** `app_protocol: http`: the file itself says what is spoken. */
  http: boolean;
  field: Field;
}

/** `ports:`, short and long syntax, ranges unfolded. */
export function readPorts(field: Field): Port[] {
  return field.items().flatMap((item) => (item.node.kind === "map" ? longPort(item) : shortPort(item)));
}

/** `expose:`, as numbers with their protocol: "27017", "53/udp". */
export function readExpose(field: Field): string[] {
  return field.items().flatMap((item) => {
    const text = item.text() ?? "";
    const [, from, to, protocol] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp))?$/.exec(text) ?? [];
    if (from === undefined) return item.error(`must be a port such as 8080 or 53/udp, got "${text}"`) ?? [];
    return range(item, from, to).map((port) => (protocol === "udp" ? `${port}/udp` : String(port)));
  });
}

function shortPort(item: Field): Port[] {
  const text = item.text();
  if (text === undefined) return [];
  const [, address, published, publishedEnd, target, targetEnd, protocol] = SHORT.exec(text) ?? [];
  if (target === undefined)
    return item.error(`must be PORT or PUBLISHED:TARGET, with /udp at the end if need be, got "${text}"`) ?? [];
  return spread(
    item,
    range(item, target, targetEnd),
    published === undefined ? [] : range(item, published, publishedEnd),
    {
      protocol: PROTOCOLS.find((known) => known === protocol) ?? "tcp",
      mode: undefined,
      address,
      http: false,
    },
  );
}

function longPort(item: Field): Port[] {
  const fields = item.object(["target", "published", "protocol", "mode", "host_ip", "app_protocol", "name"]);
  const target = fields.get("target")?.integer(1);
  if (!fields.has("target")) item.error("needs target, the port inside the container");
  if (target === undefined) return [];
  const text = fields.get("published")?.text();
  const [, published, publishedEnd] = /^(\d+)(?:-(\d+))?$/.exec(text ?? "") ?? [];
  if (text !== undefined && published === undefined) fields.get("published")?.error(`must be a port, got "${text}"`);
  const app = fields.get("app_protocol")?.text();
  return spread(
    item,
    range(item, String(target), undefined),
    published === undefined ? [] : range(item, published, publishedEnd).slice(0, 1),
    {
      protocol: fields.get("protocol")?.oneOf(PROTOCOLS) ?? "tcp",
      mode: fields.get("mode")?.oneOf(["host", "ingress"] as const),
      address: fields.get("host_ip")?.text(),
      http: app !== undefined && /^(http|http2|h2c|ws)$/.test(app),
    },
  );
}

type Rest = Pick<Port, "protocol" | "mode" | "address" | "http">;

function spread(item: Field, targets: number[], published: number[], rest: Rest): Port[] {
  if (published.length > 0 && published.length !== targets.length) {
    if (targets.length > 1) return item.error("the two ranges must be equally long") ?? [];
    // "3000-3010:80" means any free one of them; the first will do, as ports are the cluster's own.
    published = published.slice(0, 1);
  }
  return targets.map((target, i) => ({ target, published: published[i], ...rest, field: item }));
}

function range(item: Field, first: string, last: string | undefined): number[] {
  const [from, to] = [Number(first), Number(last ?? first)];
  if (from < 1 || to > 65535 || to < from)
    return item.error(`ports go from 1 to 65535, got ${last === undefined ? first : `${first}-${last}`}`) ?? [];
  if (to - from >= MAX_RANGE) return item.error(`a range may have ${MAX_RANGE} ports, got ${to - from + 1}`) ?? [];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
