import { PolicyPack } from "@pulumi/policy";
import { initialConfig } from "./config";
import { policyOf } from "./pack";
import { rules } from "./rules";
import { readStormYml } from "./stack";

const spec = readStormYml();

new PolicyPack("storm", { policies: rules.map((rule) => policyOf(rule, spec)) }, initialConfig());
