// What the data of caniemail.com says of a page, as JSON: node caniemail.mjs MODULES PAGE.html
//
// A finding is `none` or `partial`, a colon, and the feature; its value is the clients. Asked is every client that the data knows enough of.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, page] = process.argv.slice(2);
const { caniemail } = await import(pathToFileURL(`${modules}/caniemail/dist/index.js`));
const { data } = JSON.parse(readFileSync(`${modules}/caniemail/data/caniemail.json`, "utf8"));
const html = readFileSync(page, "utf8");

const families = data.flatMap((feature) => Object.entries(feature.stats));
const clients = new Set(families.flatMap(([family, platforms]) => Object.keys(platforms).map((platform) => `${family}.${platform}`)));
const findings = {};
let asked = 0;
for (const client of [...clients].sort()) {
  let issues;
  try {
    issues = caniemail({ clients: [client], html }).issues;
  } catch {
    // The data does not know every feature of every client.
    continue;
  }
  asked += 1;
  for (const [kind, found] of [["none", issues.errors], ["partial", issues.warnings]]) {
    for (const { title } of [...found.values()].flat()) {
      const named = (findings[`${kind}: ${title}`] ??= []);
      if (!named.includes(client)) named.push(client);
    }
  }
}
console.log(JSON.stringify({ asked, findings }));
