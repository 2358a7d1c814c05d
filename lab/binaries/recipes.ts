/** What is built from a Go module, and how. Its text is part of the cache's key: a change builds anew. */
export interface GoRecipe {
  name: string;
  version: string;
  /** Module that holds the package; required at `v<version>`. */
  module: string;
  /** Other modules to require, at the given version. */
  requires?: Record<string, string>;
  package: string;
  /** The `go` line of the go.mod: the language version that the code was written for. */
  goVersion: string;
  /** Replace lines. "own": those of the module itself, which Go ignores for anything but the main module. */
  replaces?: Record<string, string> | "own";
  /** Files to add to the module's own source, which Go otherwise takes as it is. */
  added?: Record<string, string>;
  /** Values set in variables by the linker. */
  variables?: Record<string, string>;
  tags?: string[];
}

const pulumi: GoRecipe = {
  name: "pulumi",
  version: "3.220.0",
  module: "github.com/pulumi/pulumi/pkg/v3",
  requires: { "github.com/pulumi/pulumi/sdk/v3": "v3.220.0" },
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  goVersion: "1.25.0",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.220.0" },
};

/** The last version before it moved to a module that the Go proxy does not serve; it runs today's programs. */
const languageHost: GoRecipe = {
  name: "pulumi-language-nodejs",
  version: "3.68.0",
  module: "github.com/pulumi/pulumi/sdk/v3",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  goVersion: "1.21",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.68.0" },
};

const consul: GoRecipe = {
  name: "consul",
  version: "1.20.6",
  module: "github.com/hashicorp/consul",
  package: "github.com/hashicorp/consul",
  goVersion: "1.22",
  // Its own replace lines name folders of its repository; this one alone is needed outside of it.
  replaces: {
    "github.com/hashicorp/consul-awsauth": "github.com/hashicorp/consul-awsauth v0.0.0-20220713182709-05ac1c5c2706",
  },
};

const traefik: GoRecipe = {
  name: "traefik",
  version: "3.6.0",
  module: "github.com/traefik/traefik/v3",
  package: "github.com/traefik/traefik/v3/cmd/traefik",
  goVersion: "1.24",
  replaces: "own",
  variables: { "github.com/traefik/traefik/v3/pkg/version.Version": "3.6.0" },
};

const ferretdb: GoRecipe = {
  name: "ferretdb",
  version: "1.24.0",
  module: "github.com/FerretDB/FerretDB",
  package: "github.com/FerretDB/FerretDB/cmd/ferretdb",
  goVersion: "1.22",
  // Its build writes this file; without it the program panics at its start.
  added: { "build/version/version.txt": "v1.24.0\n" },
};

/** An ACME authority for tests: its certificates are worth nothing, and it checks DNS challenges like a real one. */
const pebble: GoRecipe = {
  name: "pebble",
  version: "2.10.1",
  module: "github.com/letsencrypt/pebble/v2",
  package: "github.com/letsencrypt/pebble/v2/cmd/pebble",
  goVersion: "1.25",
};

/** The DNS server beside it, told its records over HTTP. */
const challengeServer: GoRecipe = {
  ...pebble,
  name: "pebble-challtestsrv",
  package: "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv",
};

/** Every program that Storm can build when its publisher is out of reach; the last two are for tests alone. */
export const recipes = {
  pulumi,
  languageHost,
  consul,
  traefik,
  ferretdb,
  pebble,
  challengeServer,
} satisfies Record<string, GoRecipe>;
