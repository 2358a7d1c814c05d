// Makes nothing: see Pulumi.yaml.
require("@pulumi/pulumi");
