/** `latency.ts URL COUNT`: asks for a page over one connection that is kept, one request after another; prints a JSON list of milliseconds. */
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";

/** Before the first that counts: the connection, and what servers do at their first answers. */
const WARM_UP = 200;

function ask(url: URL, agent: http.Agent, ca: Buffer | undefined): Promise<void> {
  const { get } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, ca, timeout: 5_000 }, (answer) => {
      answer.on("error", reject).resume();
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${answer.statusCode}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`${url}: no answer in 5 s`)));
    request.on("error", reject);
  });
}

async function main(text = "", count = ""): Promise<void> {
  const url = new URL(text);
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  const believed = process.env["SSL_CERT_FILE"];
  const ca = believed === undefined ? undefined : readFileSync(believed);
  const milliseconds: number[] = [];
  for (let index = -WARM_UP; index < Number(count); index++) {
    const began = performance.now();
    await ask(url, agent, ca);
    if (index >= 0) milliseconds.push(performance.now() - began);
  }
  agent.destroy();
  process.stdout.write(JSON.stringify(milliseconds));
}

void main(...process.argv.slice(2));
