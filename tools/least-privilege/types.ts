/** What each provider's file in this folder exports as `rights`. */
export interface Rights {
  /** npm package whose types these are, e.g. "@pulumi/aws". */
  readonly package: string;
  /** Tokens of resource types and functions that have an entry, e.g. "aws:ec2/vpc:Vpc". */
  readonly types: readonly string[];
  /** Every action (or scope) that the document allows, each by its name. */
  readonly actions: readonly string[];
  /** The document as the cloud takes it. */
  readonly document: object;
}
