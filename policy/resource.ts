/** Planned resources, free of Pulumi's SDK. */
import type { Props } from "./values";

/** A resource as it is planned. */
export interface Resource {
  /** Without the API's version: "azure-native:network:SecurityRule". */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  readonly urn: string;
  /** Inputs; for a stack rule what is known of the outputs. */
  readonly props: Props;
  readonly protect: boolean;
  /** Settings of its provider, such as the region. */
  readonly provider: Props;
}

/** A resource among all others of its stack. */
export interface StackResource extends Resource {
  /** By input: the resources whose outputs it is made from. */
  readonly references: Readonly<Record<string, readonly Resource[]>>;
}
