import { cacheFolder, credentialFolder } from "../../tools/paths";

test("the cache and the credentials follow the XDG folders", () => {
  expect(cacheFolder({ STORM_CACHE: "/a" })).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/storm");
  expect(credentialFolder("dev", { XDG_STATE_HOME: "/c" })).toMatch(/^\/c\/storm\/[0-9a-f]{12}\/dev$/);
});
