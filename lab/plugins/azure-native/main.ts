/** The process `pulumi-resource-azure-native`. */
import { inLab } from "../shared/lab";
import { serve } from "../shared/serve";
import { azurePlugin } from "./plugin";

void serve(inLab(azurePlugin));
