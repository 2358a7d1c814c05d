/** What the engine of these suites does with an update that cannot go on: it fails as the user sees it, and leaves nothing behind it. */
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";

jest.setTimeout(SUITE_TIMEOUT_MS);

/** A component whose outputs are known `delayMs` after its start. */
class Late extends pulumi.ComponentResource {
  constructor(name: string, delayMs: number) {
    super("storm:test:Late", name);
    this.registerOutputs({ done: new Promise((resolve) => setTimeout(resolve, delayMs, true)) });
  }
}

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start("digitalocean", false);
});
afterAll(() => lab.stop());

test("outputs that come after the engine has given up are no error of their own", async () => {
  const late = (): Promise<void> => {
    new digitalocean.Droplet("refused", {
      name: "refused",
      image: "ubuntu-24-04-x64",
      size: "s-1vcpu-1gb",
      region: "nowhere",
    });
    for (let tenths = 0; tenths < 30; tenths++) new Late(`late-${tenths}`, tenths * 100);
    return Promise.resolve();
  };
  expect(await lab.failingUp(late)).toContain("nowhere");
});
