// A Lambda handler with the released npm client, bundled by esbuild. It answers rows as JSON, or as a table in HTML.

import { Client, KustoConnectionStringBuilder } from "azure-kusto-data";
import { request } from "node:http";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const client = new Client(new KustoConnectionStringBuilder(process.env.KUSTO_CLUSTER));
const escape = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request(api + path, { method }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve([answer.headers, Buffer.concat(parts)]));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

function html(names, rows) {
  const cells = (row) => names.map((name) => `<td>${escape(String(row[name]))}</td>`).join("");
  const head = names.map((name) => `<th>${escape(name)}</th>`).join("");
  return { html: `<table><tr>${head}</tr>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("")}</table>` };
}

for (;;) {
  const [headers, event] = await call("GET", "/next");
  const { query, format } = JSON.parse(event);
  const table = (await client.execute("db", query)).primaryResults[0];
  const columns = table.columns.map((column) => column.name);
  const rows = [...table.rows()].map((row) => row.toJSON());
  const reply = format === "html" ? html(columns, rows) : { columns, rows };
  await call("POST", `/${headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(reply));
}
