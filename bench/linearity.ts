/** Whether what a preview takes grows with the number of nodes, or faster. Pure. */

/** One preview's nodes, and what of one kind it took: seconds, or MiB. */
export interface Measured {
  nodes: number;
  amount: number;
}

/**
 * What a node more costs between the second and the third, over what it costs between the first and the second: 1 is linear. What
 * every preview takes, whatever its nodes (the engine, the plugins), is in neither.
 */
export function growth([small, middle, large]: readonly [Measured, Measured, Measured]): number {
  const perNode = (from: Measured, to: Measured) => (to.amount - from.amount) / (to.nodes - from.nodes);
  return perNode(middle, large) / perNode(small, middle);
}
