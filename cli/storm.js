#!/usr/bin/env node
// The `storm` command (package.json's `bin`, so `npx storm ...` finds it in a fresh checkout).
"use strict";
require("../tools/bootstrap.js");
