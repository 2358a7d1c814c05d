// The provider `storm`; the engine starts it by the script beside this file.
"use strict";

// ssh2's native accelerators are optional; it has its own fall-backs.
const external = ["*.node", "cpu-features"];
require("../../../tools/bundled").run("lab/local/main.ts", { folder: "lab/local/plugin/dist", external });
