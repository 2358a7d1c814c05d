import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { readDraft } from "../../catalog/guestbook/src/entries";
import { contentSecurityPolicy, renderPage } from "../../catalog/guestbook/src/page";
import { script } from "../../catalog/guestbook/src/script";

test("what strangers wrote is text, everywhere on the page", () => {
  const evil = `</textarea><script>alert("1")</script>'&`;
  const page = renderPage({ entries: [{ id: evil, name: evil, text: evil, at: evil }], servedBy: evil, problem: evil });
  expect(page.match(/<script>/g)).toHaveLength(1);
  expect(page).not.toContain('alert("1")');
  expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;");
});

test("the policy lets this page's own script and style run, and nothing else", () => {
  const page = renderPage({ entries: [], servedBy: "x" });
  for (const tag of ["script", "style"]) {
    const inside = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1] ?? "";
    expect(contentSecurityPolicy).toContain(
      `${tag}-src 'sha256-${createHash("sha256").update(inside).digest("base64")}'`,
    );
  }
  expect(contentSecurityPolicy).toContain("default-src 'none'");
  expect(contentSecurityPolicy).not.toContain("unsafe");
  // Compiles: it is text here, which no type checker reads.
  expect(() => new Script(script)).not.toThrow();
});

test("the page says when entries are away, and when there are none", () => {
  const shown = (page: string): string[] =>
    [...page.matchAll(/<p id="(away|none)"[^>]*?( hidden)?>/g)]
      .filter((match) => match[2] === undefined)
      .map((match) => match[1] ?? "");
  expect(shown(renderPage({ entries: undefined, servedBy: "x" }))).toEqual(["away"]);
  expect(shown(renderPage({ entries: [], servedBy: "x" }))).toEqual(["none"]);
});

test.each([
  [null, "an entry is an object with name and text"],
  [[], "an entry is an object with name and text"],
  [{ name: 1, text: "x" }, "name and text must be texts"],
  [{ name: " \n", text: "x" }, "please say who you are"],
  [{ name: "x", text: "\u0000 " }, "please write something"],
  [{ name: "x".repeat(61), text: "x" }, "a name may have 60 characters"],
  [{ name: "x", text: "x".repeat(501) }, "an entry may have 500 characters"],
  [
    { name: " Ada\t Lovelace ", text: "one\r\ntwo\u202e \ud800" },
    { name: "Ada Lovelace", text: "one\ntwo \ufffd" },
  ],
  [
    { name: "😀".repeat(60), text: "x" },
    { name: "😀".repeat(60), text: "x" },
  ],
])("draft %j", (input, expected) => {
  expect(readDraft(input)).toEqual(expected);
});
