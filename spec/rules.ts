import type { Issue } from "./errors";
import type { Spec } from "./spec";
import { checkAzureDns } from "./rules/azure-dns";
import { checkCompose } from "./rules/compose";
import { checkDns } from "./rules/dns";
import { checkLimits } from "./rules/limits";
import { checkManagers } from "./rules/managers";
import { checkNames } from "./rules/names";
import { checkNetwork } from "./rules/network";
import { checkPools } from "./rules/pools";
import { checkProduction } from "./rules/production";
import { checkSites } from "./rules/sites";
import { checkTls } from "./rules/tls";

/** A check across the fields of a Spec whose shape is right. */
export type Rule = (spec: Spec) => Issue[];

/** What these find is wrong whatever else the file says. */
const independent: readonly Rule[] = [checkNames, checkPools, checkCompose, checkAzureDns];
/** These look at the whole: where a wrong value had to be left out, they could find fault with what is right. */
const dependent: readonly Rule[] = [
  checkSites,
  checkManagers,
  checkNetwork,
  checkDns,
  checkLimits,
  checkProduction,
  checkTls,
];

/** Every rule's errors and warnings; of a file with errors of shape, those that are sure. */
export function checkRules(spec: Spec, extent: "whole" | "partial"): Issue[] {
  return (extent === "whole" ? [...independent, ...dependent] : independent).flatMap((rule) => rule(spec));
}
