// A Lambda handler that draws an SVG with Vega from the rows of a query: Timestamp, Series, Value. Bundled by esbuild.

import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import * as vega from "vega";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers: { "Content-Type": "application/json" } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve([answer.headers, Buffer.concat(parts)]));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

const spec = (values) => ({
  width: 680, height: 340,
  data: [{ name: "rows", values }],
  scales: [
    { name: "x", type: "utc", domain: { data: "rows", field: "time" }, range: "width" },
    { name: "y", type: "linear", nice: true, domain: { data: "rows", field: "value" }, range: "height" },
    { name: "color", type: "ordinal", range: "category", domain: { data: "rows", field: "series" } },
  ],
  axes: [{ orient: "bottom", scale: "x" }, { orient: "left", scale: "y" }],
  legends: [{ stroke: "color" }],
  marks: [{
    type: "group",
    from: { facet: { name: "one", data: "rows", groupby: "series" } },
    marks: [{
      type: "line", from: { data: "one" },
      encode: { enter: { x: { scale: "x", field: "time" }, y: { scale: "y", field: "value" }, stroke: { scale: "color", field: "series" } } },
    }],
  }],
});

for (;;) {
  const [headers, event] = await call("GET", `${api}/next`);
  const body = JSON.stringify({ db: "db", csl: JSON.parse(event).query, properties: {} });
  const [, answer] = await call("POST", `${process.env.KUSTO_CLUSTER}/v2/rest/query`, body);
  const table = JSON.parse(gunzipSync(answer)).find((frame) => frame.TableKind === "PrimaryResult");
  const values = table.Rows.map(([time, series, value]) => ({ time: Date.parse(time), series, value }));
  const svg = await new vega.View(vega.parse(spec(values)), { renderer: "none" }).toSVG();
  await call("POST", `${api}/${headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify({ svg: svg.length, lines: svg.split("mark-line role-mark").length - 1 }));
}
