/** The process `pulumi-resource-digitalocean`. */
import { serve } from "../shared/serve";
import { digitaloceanPlugin } from "./plugin";

void serve(digitaloceanPlugin);
