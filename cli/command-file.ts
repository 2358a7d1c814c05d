import { createRequire } from "node:module";
import type * as available from "./commands/available";
import type * as bench from "./commands/bench";
import type * as ciApply from "./commands/ci-apply";
import type * as ciDrift from "./commands/ci-drift";
import type * as ciPreview from "./commands/ci-preview";
import type * as completion from "./commands/completion";
import type * as config from "./commands/config";
import type * as context from "./commands/context";
import type * as credentials from "./commands/credentials";
import type * as demo from "./commands/demo";
import type * as deploy from "./commands/deploy";
import type * as destroy from "./commands/destroy";
import type * as doctor from "./commands/doctor";
import type * as env from "./commands/env";
import type * as init from "./commands/init";
import type * as lab from "./commands/lab";
import type * as labMachine from "./commands/lab-machine";
import type * as launch from "./commands/launch";
import type * as lock from "./commands/lock";
import type * as logs from "./commands/logs";
import type * as plan from "./commands/plan";
import type * as preview from "./commands/preview";
import type * as pulumi from "./commands/pulumi";
import type * as scale from "./commands/scale";
import type * as secret from "./commands/secret";
import type * as ssh from "./commands/ssh";
import type * as start from "./commands/start";
import type * as status from "./commands/status";
import type * as stop from "./commands/stop";
import type * as test from "./commands/test";
import type * as validate from "./commands/validate";
import type * as verifyOfficial from "./commands/verify-official";

/** What the files of `commands/` export, by their names. */
interface Commands {
  available: typeof available;
  bench: typeof bench;
  "ci-apply": typeof ciApply;
  "ci-drift": typeof ciDrift;
  "ci-preview": typeof ciPreview;
  completion: typeof completion;
  config: typeof config;
  context: typeof context;
  credentials: typeof credentials;
  demo: typeof demo;
  deploy: typeof deploy;
  destroy: typeof destroy;
  doctor: typeof doctor;
  env: typeof env;
  init: typeof init;
  lab: typeof lab;
  "lab-machine": typeof labMachine;
  launch: typeof launch;
  lock: typeof lock;
  logs: typeof logs;
  plan: typeof plan;
  preview: typeof preview;
  pulumi: typeof pulumi;
  scale: typeof scale;
  secret: typeof secret;
  ssh: typeof ssh;
  start: typeof start;
  status: typeof status;
  stop: typeof stop;
  test: typeof test;
  validate: typeof validate;
  "verify-official": typeof verifyOfficial;
}

const here = createRequire(__filename);

/** A command's file, loaded when the command runs: `storm --help` needs none of them, and each alone is quicker than all. */
export function commandFile<Name extends keyof Commands>(name: Name): Commands[Name] {
  return here(`./commands/${name}`) as Commands[Name]; // it has the file of that name
}
