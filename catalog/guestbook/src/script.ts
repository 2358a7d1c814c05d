/** What runs in the reader's browser: new entries come without a reload, and a failed one is not lost from the form. */
export const script = `
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $("form"), list = $("entries"), button = form.querySelector("button");
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  };
  const show = (entries) => {
    $("away").hidden = true;
    $("none").hidden = entries.length > 0;
    if ([...list.children].map((item) => item.dataset.id).join() === entries.map((entry) => entry.id).join()) return;
    list.replaceChildren(...entries.map((entry) => {
      const item = document.createElement("li");
      item.dataset.id = entry.id;
      const by = element("p", "by", entry.name + ", ");
      const time = element("time", "", new Date(entry.at).toLocaleString());
      time.dateTime = entry.at;
      by.append(time);
      item.append(element("p", "text", entry.text), by);
      return item;
    }));
  };
  const refresh = async () => {
    try {
      const response = await fetch("/api/entries", { signal: AbortSignal.timeout(4000) });
      const body = await response.json();
      $("served-by").textContent = body.servedBy;
      if (response.ok) show(body.entries);
      else $("away").hidden = false;
    } catch { $("away").hidden = false; }
  };
  const problem = (text) => { $("problem").textContent = text; $("problem").hidden = text === ""; };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const response = await fetch("/api/entries", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
        signal: AbortSignal.timeout(6000),
      });
      const body = await response.json();
      problem(response.ok ? "" : body.error);
      if (response.ok) { $("text").value = ""; await refresh(); }
    } catch { problem("That did not get through. Your words are still here; please try again."); }
    button.disabled = false;
  });
  setInterval(() => { if (!document.hidden) refresh(); }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
})();
`;
