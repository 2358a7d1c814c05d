import { PolicyPack } from "@pulumi/policy";
import { initialConfig } from "./config";
import { policyOf } from "./pack";
import { rules } from "./rules";
import { readStormFile } from "./stack";

const storm = readStormFile();

new PolicyPack("storm", { policies: rules.map((rule) => policyOf(rule, storm)) }, initialConfig());
