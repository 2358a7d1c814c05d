import { AutoscaleSetting } from "@pulumi/azure-native/monitor";
import type * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../plan/types";
import type { Placement } from "./placement";

export interface AutoscaleArgs {
  placement: Placement;
  pool: PoolPlan;
  /** The scale set's id. */
  target: pulumi.Output<string>;
  tags: Record<string, string>;
}

/** Machines are taken away below this part of the target: between the two the pool rests. */
const SCALE_IN_PART = 0.6;
/** The part of the largest pool that is added at once, so that a large one follows as fast as a small one. */
const STEP_PART = 0.1;

/**
 * Keeps the average CPU use of a scale set below `pool.scaleOnCpu` percent. Azure Monitor has no target to track, only rules: out
 * above the target over 5 minutes, in one by one when well below it for 10.
 */
export function createAutoscale(
  name: string,
  { placement, pool, target, tags }: AutoscaleArgs,
  parent: pulumi.Resource,
): void {
  const trigger = (operator: "GreaterThan" | "LessThan", threshold: number, timeWindow: string) =>
    ({
      metricName: "Percentage CPU",
      metricResourceUri: target,
      operator,
      threshold,
      statistic: "Average",
      timeAggregation: "Average",
      timeGrain: "PT1M",
      timeWindow,
    }) as const;
  const action = (direction: "Increase" | "Decrease", value: number, cooldown: string) =>
    ({ direction, type: "ChangeCount", value: String(value), cooldown }) as const;
  new AutoscaleSetting(
    `${name}-autoscale`,
    {
      ...placement,
      autoscaleSettingName: pool.name,
      enabled: true,
      targetResourceUri: target,
      profiles: [
        {
          name: "cpu",
          capacity: {
            minimum: String(pool.min),
            maximum: String(pool.max),
            // What it has while Azure knows no measurements: an empty set has none, and would stay empty.
            default: String(Math.max(pool.min, 1)),
          },
          rules: [
            {
              metricTrigger: trigger("GreaterThan", pool.scaleOnCpu, "PT5M"),
              scaleAction: action("Increase", Math.ceil(pool.max * STEP_PART), "PT5M"),
            },
            {
              metricTrigger: trigger("LessThan", Math.round(pool.scaleOnCpu * SCALE_IN_PART), "PT10M"),
              scaleAction: action("Decrease", 1, "PT10M"),
            },
          ],
        },
      ],
      tags,
    },
    { parent },
  );
}
