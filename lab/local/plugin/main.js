// The provider `storm`; the engine starts it by the script beside this file.
"use strict";

require("../../../tools/bundled").run("lab/local/main.ts", { folder: "lab/local/plugin/dist" });
