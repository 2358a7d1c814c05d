import { loadProgram } from "./load";
import { apps } from "./stacks/apps";
import { base } from "./stacks/base";
import { cluster } from "./stacks/cluster";
import { edge } from "./stacks/edge";
import { nodes } from "./stacks/nodes";
import { outputs } from "./stacks/outputs";

const { plan, stacks, machine } = loadProgram();

const keys = base(plan);
const machines = nodes(plan, keys, machine);
const whole = cluster(plan, { ...keys, nodes: machines });
const front = edge(plan, { ...keys, nodes: machines, cluster: whole }, machine);
const ready = apps(stacks, { nodes: machines, edge: front });

module.exports = outputs(plan, stacks, { ...keys, nodes: machines, edge: front, ready });
