/** The `aws` plugin for a cloud that refuses to delete things of one type: that which STORM_TEST_REFUSES of the engine's environment names. */
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import type { ResourceType } from "../../lab/plugins/shared/resource";
import { serve } from "../../lab/plugins/shared/serve";

const refusing = ([token, type]: [string, ResourceType]): [string, ResourceType] => [
  token,
  {
    ...type,
    delete: async (call, state) => {
      if (process.env.STORM_TEST_REFUSES === token) throw new Error("DependencyViolation");
      await type.delete?.(call, state);
    },
  },
];

void serve({ ...awsPlugin, resources: Object.fromEntries(Object.entries(awsPlugin.resources).map(refusing)) });
