/** The process `pulumi-resource-azure-native`. */
import { serve } from "../shared/serve";
import { azurePlugin } from "./plugin";

void serve(azurePlugin);
