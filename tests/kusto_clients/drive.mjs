// Drives a cluster through Microsoft's client for Node and prints what a program gets, as JSON: node drive.mjs MODULES URL DATABASE
import { pathToFileURL } from "node:url";

const [modules, url, database] = process.argv.slice(2);
const { Client, ClientRequestProperties } = await import(pathToFileURL(`${modules}/azure-kusto-data/dist-esm/src/index.js`));

const client = new Client(url);
const seen = {};

/** The rows of the primary table of an answer, as objects. */
const rows = (response) => response.primaryResults[0].toJSON().data;
const command = async (text) => rows(await client.executeMgmt(database, text));

await command(".create table Sales (At:datetime, Shop:string, Count:long, Price:real, Tags:dynamic, Took:timespan)");
seen.ingested = (await command('.ingest inline into table Sales <|\n2026-11-20T06:00:00Z,Ulm,2,0.25,"{""a"":[1]}",1.02:03:04\n,Köln,9,,,'))
  .map((extent) => extent.ItemLoaded);

const properties = new ClientRequestProperties();
properties.setParameter("shop", "Ulm");
properties.setParameter("least", 1);
properties.setTimeout(60_000);
const query = "declare query_parameters(shop:string, least:long); Sales | where Shop == shop and Count >= least";
const asked = await client.executeQuery(database, query, properties);
seen.columns = asked.primaryResults[0].columns.map((column) => [column.name, column.type]);
seen.rows = rows(asked);

const drawn = await client.executeQuery(database, "Sales | project Shop, Count | render columnchart with (title='Sales')");
const drawing = drawn.tables.find((table) => table.kind === "QueryProperties").toJSON().data;
seen.visualization = drawing.map((row) => JSON.parse(row.Value)).map((shown) => [shown.Visualization, shown.Title]);

const [{ OperationId: operation }] = await command(".set-or-append async Copy <| Sales");
for (let record; !record; ) {
  const [found] = await command(`.show operations ${operation}`);
  if (!["InProgress", "Scheduled"].includes(found?.State)) record = seen.operation = found?.State;
}
seen.copied = rows(await client.executeQuery(database, "Copy | count"));

/** What asking throws. */
const failure = async (text) => {
  try {
    return { answered: rows(await client.executeQuery(database, text)) };
  } catch (error) {
    const found = error.response?.data?.error ?? error;
    return { error: String(found["@message"] ?? found.message ?? found) };
  }
};
seen.partial = await failure("set truncationmaxrecords = 1; Sales");
seen.wrong = await failure("Sales | where NoSuchColumn == 1");

console.log(JSON.stringify(seen));
