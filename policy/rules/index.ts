import type { Rule } from "../rule";
import { encryptedDisks } from "./encrypted-disks";
import { iamWildcards } from "./iam-wildcards";
import { instanceMetadata } from "./instance-metadata";
import { limits } from "./limits";
import { openPorts } from "./open-ports";
import { protectedData } from "./protected-data";
import { publicStorage } from "./public-storage";
import { tags } from "./tags";

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  encryptedDisks,
  iamWildcards,
  instanceMetadata,
  limits,
  openPorts,
  protectedData,
  publicStorage,
  tags,
];
