import { buildFlags, cacheName, goMod, replacesOf } from "../../lab/binaries/build";
import { isAtLeast, parseVersion } from "../../lab/binaries/go";
import { type GoRecipe, recipes } from "../../lab/binaries/recipes";

const recipe: GoRecipe = {
  name: "tool",
  version: "1.2.3",
  module: "example.com/tool",
  requires: { "example.com/library": "v4.5.6" },
  package: "example.com/tool/cmd/tool",
  goVersion: "1.22",
};

describe("the module in which a program is built", () => {
  test("requires the program's module at the recipe's version, and what else the recipe says", () => {
    expect(goMod(recipe, { "example.com/old": "example.com/new v1.0.0" })).toBe(
      [
        "module storm/build",
        "go 1.22",
        "require example.com/tool v1.2.3",
        "require example.com/library v4.5.6",
        "replace example.com/old => example.com/new v1.0.0",
        "",
      ].join("\n"),
    );
  });

  test("takes a module's replace lines, but not those that name folders beside it", () => {
    const replace = [
      { Old: { Path: "a.com/x" }, New: { Path: "b.com/x", Version: "v1.0.0" } },
      { Old: { Path: "a.com/y", Version: "v2.0.0" }, New: { Path: "b.com/y", Version: "v3.0.0" } },
      { Old: { Path: "a.com/api" }, New: { Path: "./api" } },
    ];
    expect(replacesOf(JSON.stringify({ Replace: replace }))).toEqual({
      "a.com/x": "b.com/x v1.0.0",
      "a.com/y v2.0.0": "b.com/y v3.0.0",
    });
    expect(replacesOf(JSON.stringify({ Replace: null }))).toEqual({});
  });
});

test("go build gets variables and tags, and strips", () => {
  expect(buildFlags({ ...recipe, variables: { "a.B": "c" }, tags: ["d", "e"] })).toEqual([
    "-trimpath",
    "-tags",
    "d,e",
    "-ldflags",
    "-s -w -X a.B=c",
  ]);
});

describe("the name in the cache", () => {
  test("shows program and version", () => {
    expect(cacheName(recipe, "x64")).toMatch(/^bin\/tool-1\.2\.3-[0-9a-f]{12}$/);
  });

  test("changes with everything that the program is made from", () => {
    const changes: Partial<GoRecipe>[] = [
      { goVersion: "1.23" },
      { tags: ["x"] },
      { replaces: "own" },
      { package: "p" },
    ];
    const names = [recipe, ...changes.map((change) => ({ ...recipe, ...change }))].map((one) => cacheName(one, "x64"));
    expect(new Set([...names, cacheName(recipe, "arm64")]).size).toBe(changes.length + 2);
  });

  test("differs for all recipes", () => {
    const names = Object.values(recipes).map((one) => cacheName(one));
    expect(new Set(names).size).toBe(names.length);
  });
});

test.each([
  ["1.25.3", "1.25", true],
  ["1.25", "1.25", true],
  ["1.19.8", "1.21", false],
  ["1.9", "1.21", false],
  ["2.0", "1.25", true],
])("Go %s is at least %s: %s", (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});

test.each([
  ["go1.26.8", "1.26.8"],
  ["go version go1.19.8 linux/amd64", "1.19.8"],
  ["go1.26rc1", "1.26"],
  ["devel", undefined],
])("version in %j", (text, expected) => {
  expect(parseVersion(text)).toBe(expected);
});
