/**
 * Remote commands whose update was cut off. Their node has run all of it, part of it or nothing; the state has the input of the time
 * before. If the next `up` wants just that input again, the engine sees nothing to do, and what was begun would stay.
 */
import type { Deployment } from "./backend";

/** Instead of the command for updates in the state: it is not run, it differs from what the program says. */
const CUT_OFF = "echo 'cut off: to be run again' >&2; false";

/** A deployment that makes the next `up` run these commands, whatever their input; a `destroy` is as before. */
export function toBeRunAgain(deployment: Deployment, urns: readonly string[]): Deployment {
  return {
    ...deployment,
    resources: deployment.resources?.map((resource) => {
      if (!urns.includes(resource.urn) || resource.delete === true) return resource;
      const { inputs, outputs } = resource;
      return { ...resource, inputs: { ...inputs, update: CUT_OFF }, outputs: { ...outputs, update: CUT_OFF } };
    }),
  };
}
