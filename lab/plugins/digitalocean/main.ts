/** The process `pulumi-resource-digitalocean`. */
import { inLab } from "../shared/lab";
import { serve } from "../shared/serve";
import { digitaloceanPlugin } from "./plugin";

void serve(inLab(digitaloceanPlugin));
