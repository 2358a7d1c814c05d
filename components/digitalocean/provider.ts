import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

/**
 * A provider of its own for each site: nothing is ever made by a default one. Its token is stack config `digitalocean:token`
 * (secret); without that the plugin takes DIGITALOCEAN_TOKEN from its environment, and the state holds none.
 */
export function digitalOceanProvider(name: string): digitalocean.Provider {
  return new digitalocean.Provider(name, { token: new pulumi.Config("digitalocean").getSecret("token") });
}
