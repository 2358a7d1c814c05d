/** The process `pulumi-resource-aws`. */
import { inLab } from "../shared/lab";
import { serve } from "../shared/serve";
import { awsPlugin } from "./plugin";

void serve(inLab(awsPlugin));
