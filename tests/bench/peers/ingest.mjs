// Records into a table by the released npm client's streaming ingestion.
//
// usage: ingest.mjs URL FILE TIMES LEVEL       FILE is a JSON array of records, which is read and sent so many times

import { KustoConnectionStringBuilder } from "azure-kusto-data";
import { DataFormat, IngestionProperties, StreamingIngestClient } from "azure-kusto-ingest";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import zlib from "node:zlib";

const [, , url, file, times, level] = process.argv;
// The client has no setting for it, and compresses at 6 otherwise.
const { createGzip } = zlib;
Object.defineProperty(zlib, "createGzip", { value: () => createGzip({ level: Number(level) }) });

const where = new IngestionProperties({ database: "db", table: "T", format: DataFormat.MULTIJSON, ingestionMappingReference: "m" });
const client = new StreamingIngestClient(new KustoConnectionStringBuilder(url), where);
let sent = 0;
for (let time = 0; time < Number(times); time += 1) {
  const records = JSON.parse(readFileSync(file, "utf8"));
  const lines = records.map((record) => JSON.stringify(record)).join("\n");
  await client.ingestFromStream(Readable.from([Buffer.from(lines)]), where);
  sent += records.length;
}
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
console.log(JSON.stringify({ records: sent, peak }));
process.exit(0);
