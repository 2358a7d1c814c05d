/** The process `pulumi-resource-command`. */
import { serve } from "../shared/serve";
import { commandPlugin } from "./plugin";

// What the launcher keeps from this process's start (install.ts): commands get the environment that the engine has.
const { STORM_EXTRA_CA_CERTS: certificates } = process.env;
delete process.env["STORM_EXTRA_CA_CERTS"];
if (certificates) process.env["NODE_EXTRA_CA_CERTS"] = certificates;

void serve(commandPlugin);
