// The rows of a query by the released npm client, as JSON.
//
// usage: rows.mjs URL QUERY [FILE]

import { Client, ClientRequestProperties, KustoConnectionStringBuilder } from "azure-kusto-data";
import { readFileSync, writeFileSync } from "node:fs";

const [, , url, query, file] = process.argv;
const client = new Client(new KustoConnectionStringBuilder(url));
const answer = await client.execute("db", query, new ClientRequestProperties());
const rows = [...answer.primaryResults[0].rows()].map((row) => row.toJSON());
const text = JSON.stringify(rows);
if (file) writeFileSync(file, text);
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
console.log(JSON.stringify({ bytes: text.length, peak }));
process.exit(0);
