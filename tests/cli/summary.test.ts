import { summary } from "../../cli/summary";
import { Written } from "../tools/support";

test("the summary", () => {
  const node = { name: "local-1", role: "manager", site: "local", size: "small", address: "172.28.0.10" };
  const outputs = {
    nodes: [node, { ...node, name: "local-2", address: "172.28.0.11" }],
    url: "https://guestbook.demo.dev.storm.localhost",
    urls: { "demo/guestbook": "https://guestbook.demo.dev.storm.localhost" },
    survives: "It survives the loss of any one node.",
    clientKey: "[secret]",
  };
  const facts = { stack: "dev", changed: true, milliseconds: 48_200 };
  const text = summary(outputs, facts, new Written());
  expect(text).toMatchSnapshot();
  expect(text).not.toContain("[secret]");
  expect(summary(outputs, { ...facts, changed: false }, new Written())).toContain("Nothing to change (48.2s)");
});
