import type { Issue, Path } from "./errors";
import type { Source } from "./located";
import type { StormFile } from "./schema";
import type { MachineProvider } from "./sizes/catalog";

/** What the user said, defaults filled in and every short form written out. Frozen; nothing changes it afterwards. */
export interface Spec extends Omit<StormFile, "AWS" | "Azure" | "DigitalOcean" | "Local" | "Hosts" | "overrides"> {
  readonly pools: readonly PoolSpec[];
  readonly hosts: readonly HostSpec[];
  /** What was read, with the place of every value: for messages only. */
  readonly source: Source;
  readonly warnings: readonly Issue[];
}

export type RoleSpec = "manager" | "worker" | "data" | "auto";

export interface PoolSpec {
  readonly provider: MachineProvider;
  /** "" where the provider has no regions. */
  readonly region: string;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly elastic: boolean;
  /** As written; see resolveSize. */
  readonly size: string;
  readonly role: RoleSpec;
  /** GiB, 0 for none. */
  readonly volumeGiB: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly spot: boolean;
  readonly scaleOnCpu: number | undefined;
  /** Empty: all zones of the region. */
  readonly zones: readonly string[];
  /** Where it is in the file, for messages. */
  readonly path: Path;
}

export interface HostSpec {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly port: number;
  /** "TYPE DATA", without host and comment. */
  readonly hostKey: string;
  readonly role: RoleSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly region: string;
  readonly path: Path;
}
