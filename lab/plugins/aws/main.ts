/** The process `pulumi-resource-aws`. */
import { serve } from "../shared/serve";
import { awsPlugin } from "./plugin";

void serve(awsPlugin);
