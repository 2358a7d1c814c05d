/** The process `pulumi-resource-tls`. */
import { serve } from "../shared/serve";
import { tlsPlugin } from "./plugin";

void serve(tlsPlugin);
