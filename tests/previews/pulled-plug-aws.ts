/** The `aws` plugin for a cloud in whose console somebody deletes machines: those that STORM_TEST_GONE of the engine's environment names. */
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import { machineTypes } from "../../lab/plugins/aws/machines";
import type { ResourceType } from "../../lab/plugins/shared/resource";
import { serve } from "../../lab/plugins/shared/serve";

const INSTANCE = "aws:ec2/instance:Instance";

const instance: ResourceType = {
  ...machineTypes[INSTANCE],
  find: ({ name }, state, inputs) =>
    Promise.resolve(process.env.STORM_TEST_GONE === name ? undefined : { inputs, state }),
};

void serve({ ...awsPlugin, resources: { ...awsPlugin.resources, [INSTANCE]: instance } });
