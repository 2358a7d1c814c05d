import { createHash } from "node:crypto";
import type { Plan } from "../plan/types";

/** A routed service with its address. */
export interface ServiceLink {
  stack: string;
  service: string;
  url: string;
}

/** Whether `https://<env>.<Hostname>` (and `https://<Hostname>`, where that is this environment's) lists the services: in production nobody is told what there is. */
export function servesPage(plan: Pick<Plan, "production">): boolean {
  return !plan.production;
}

const STYLE = `
:root { color-scheme: light dark; --line: #d9dee5; --soft: #5b6675; --back: #f6f7f9; --card: #fff; --link: #0b57d0; --text: #1b1f24 }
@media (prefers-color-scheme: dark) {
  :root { --line: #333a44; --soft: #9aa5b3; --back: #14171b; --card: #1c2026; --link: #8ab4f8; --text: #e6e9ed }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere }
header p, footer, .none { color: var(--soft) }
header p { margin: .25rem 0 2rem }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: 0 0 1rem; overflow: hidden }
h2 { font-size: .95rem; margin: 0; padding: .7rem 1rem; border-bottom: 1px solid var(--line) }
ul { list-style: none; margin: 0; padding: 0 }
li + li { border-top: 1px solid var(--line) }
a { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .7rem 1rem; color: inherit; text-decoration: none }
a:hover, a:focus-visible { background: var(--back) }
a:focus-visible { outline: 2px solid var(--link); outline-offset: -2px }
a b { min-width: 9rem; font-weight: 600 }
a span { color: var(--link); overflow-wrap: anywhere }
footer { font-size: .85rem; margin-top: 2rem }
`;

/** The page that lists the services: one text, no script, nothing loaded from elsewhere. */
export function servicesPage(plan: Pick<Plan, "name" | "env" | "baseDomain">, links: readonly ServiceLink[]): string {
  const stacks = [...new Set(links.map(({ stack }) => stack))].sort();
  const sections = stacks.map((stack) => {
    const items = links
      .filter((link) => link.stack === stack)
      .map(
        ({ service, url }) =>
          `<li><a href="${escaped(url)}"><b>${escaped(service)}</b><span>${escaped(url.replace(/^https:\/\//, ""))}</span></a></li>`,
      );
    return `<section>\n<h2>${escaped(stack)}</h2>\n<ul>\n${items.join("\n")}\n</ul>\n</section>`;
  });
  const none = `<p class="none">No service is reached by HTTP yet. One is when a compose file publishes its port.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(plan.baseDomain)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(plan.baseDomain)}</h1>
<p>Services of cluster ${escaped(plan.name)}, environment ${escaped(plan.env)}</p>
</header>
${sections.length > 0 ? sections.join("\n") : none}
<footer>This page is off with <code>production: true</code>.</footer>
</main>
</body>
</html>
`;
}

/** Node.js's own server: it answers each request for "/" with the file, and nothing else. */
const SERVER = `const [{ readFileSync }, { createServer }] = ["node:fs", "node:http"].map((name) => process.getBuiltinModule(name));
const page = readFileSync("/page.html");
const headers = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Length": page.length,
  "Cache-Control": "no-cache",
  "Content-Security-Policy": "default-src 'none'; style-src '${hashOfStyle()}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};
const server = createServer((request, response) => {
  const found = request.url.split("?")[0] === "/";
  const allowed = request.method === "GET" || request.method === "HEAD";
  if (found && allowed) response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : page);
  else response.writeHead(found ? 405 : 404, { "Content-Type": "text/plain" }).end(found ? "not allowed\\n" : "not found\\n");
});
server.listen(8080);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

function hashOfStyle(): string {
  return `sha256-${createHash("sha256").update(STYLE).digest("base64")}`;
}

function escaped(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}

export interface PageStackArgs {
  page: string;
  /** Host names that it answers for. */
  hosts: readonly string[];
  image: string;
  edgeNetwork: string;
}

/** The stack that serves the page, with what has to be there before it. */
export function pageStack({ page, hosts, image, edgeNetwork }: PageStackArgs): {
  compose: object;
  configs: { name: string; content: string }[];
} {
  const config = (key: string, content: string) => {
    const name = `storm_${key}_${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
    return { name, content };
  };
  const [html, server] = [config("page", page), config("server", SERVER)];
  const compose = {
    version: "3.8",
    services: {
      page: {
        image,
        command: ["node", "/server.mjs"],
        user: "1000:1000",
        read_only: true,
        cap_drop: ["ALL"],
        configs: [
          { source: "page", target: "/page.html" },
          { source: "server", target: "/server.mjs" },
        ],
        networks: [edgeNetwork],
        // As compose/routes.ts labels a routed service.
        labels: { "storm.route.host": hosts.join(","), "storm.route.port": "8080" },
        deploy: {
          replicas: 1,
          endpoint_mode: "dnsrr",
          resources: { limits: { memory: "128M" } },
          placement: { constraints: ["node.labels.storm.role != data"] },
          update_config: { order: "start-first", failure_action: "rollback" },
          restart_policy: { condition: "any", delay: "1s" },
        },
      },
    },
    networks: { [edgeNetwork]: { external: true } },
    configs: {
      page: { external: true, name: html.name },
      server: { external: true, name: server.name },
    },
  };
  return { compose, configs: [html, server] };
}
