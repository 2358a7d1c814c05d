/** The process `pulumi-resource-command`. */
import { serve } from "../shared/serve";
import { commandPlugin } from "./plugin";

void serve(commandPlugin);
