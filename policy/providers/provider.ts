/** What the pack has to know of one provider's resources: a file for each provider of the size catalog, with its name. */
import type { Props, Value } from "../values";
import type { StackResource } from "../resource";
import type { Checks } from "../checks";

/** What one resource comes to: its machines' type, and how many. */
export interface Found {
  readonly type: Value | undefined;
  readonly count: number;
}

export interface ProviderPolicy {
  /** First part of its resources' types: "aws". */
  readonly package: string;
  /** Resources that are, or make, machines. Groups that scale by themselves count at their largest. */
  readonly machines: Readonly<Record<string, (resource: StackResource, all: readonly StackResource[]) => Found>>;
  /** Disks besides a machine's own, and the input with their size in GiB. */
  readonly disks: Readonly<Record<string, string>>;
  /** What belongs to a node pool: says by its tag `pool` which one. */
  readonly ofPools: readonly string[];
  /** What belongs to a site or to the whole cluster, and costs money or lets somebody in. */
  readonly ofSites: readonly string[];
  /** What holds data that nobody can make again, or names that others rely on. */
  readonly data: readonly string[];
  /** Tags by key, however the provider writes them, from everywhere they may be. */
  readonly tags: (resource: Tagged) => readonly Value[];
  /** A mapping of tags by key from one of these values; default: the mapping that it is. */
  readonly tagsFrom?: (value: Value) => Props;
  /** A region in the catalog's spelling; default: as it is. */
  readonly region?: (name: string) => string;
  /** By rule: what that rule checks of this provider's types, besides what the rule's own file has. */
  readonly checks?: Readonly<Record<string, Checks>>;
}

export interface Tagged {
  readonly type: string;
  readonly props: Props;
  readonly provider: Props;
}
