import { createHash } from "node:crypto";
import { type Entry, MAX_NAME, MAX_TEXT } from "./entries";
import { script } from "./script";
import { style } from "./style";

/** What the page shows. `entries` is undefined while the store is away. */
export interface PageData {
  entries: Entry[] | undefined;
  servedBy: string;
  /** What was wrong with a form that was sent without script. */
  problem?: string;
}

export const AWAY = "Entries are away for now.";

/** Only this page's own style and script run: names and texts come from strangers. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src '${digest(style)}'`,
  `script-src '${digest(script)}'`,
  "connect-src 'self'",
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The whole page, readable and usable without script. */
export function renderPage(data: PageData): string {
  const away = data.entries === undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guestbook</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Guestbook</h1>
<form method="post" action="/" id="form">
<label for="name">Your name</label>
<input id="name" name="name" required maxlength="${MAX_NAME}" autocomplete="name">
<label for="text">Your entry</label>
<textarea id="text" name="text" required maxlength="${MAX_TEXT}" rows="3"></textarea>
<button>Sign the book</button>
<p id="problem" role="alert"${data.problem === undefined ? " hidden" : ""}>${escapeHtml(data.problem ?? "")}</p>
</form>
<h2>Entries</h2>
<p id="away" role="status"${away ? "" : " hidden"}>${AWAY}</p>
<p id="none"${data.entries?.length === 0 ? "" : " hidden"}>Nobody has written yet. Be the first.</p>
<ol id="entries">${(data.entries ?? []).map(renderEntry).join("")}</ol>
</main>
<footer>Served by <code id="served-by">${escapeHtml(data.servedBy)}</code></footer>
<script>${script}</script>
</body>
</html>
`;
}

function renderEntry(entry: Entry): string {
  const day = entry.at.slice(0, 16).replace("T", " ");
  return (
    `<li data-id="${escapeHtml(entry.id)}"><p class="text">${escapeHtml(entry.text)}</p>` +
    `<p class="by">${escapeHtml(entry.name)}, <time datetime="${escapeHtml(entry.at)}">${escapeHtml(day)} UTC</time></p></li>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe as text and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
