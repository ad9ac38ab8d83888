"""The rows of a query by the released Python client, as JSON.

usage: rows.py URL QUERY [FILE]
"""

import json
import pathlib
import sys

from azure.kusto.data import ClientRequestProperties, KustoClient, KustoConnectionStringBuilder

url, query = sys.argv[1], sys.argv[2]
properties = ClientRequestProperties()
properties.set_option("notruncation", True)
client = KustoClient(KustoConnectionStringBuilder(url))
table = client.execute_query("db", query, properties).primary_results[0]
text = json.dumps([row.to_dict() for row in table], default=str)
if len(sys.argv) > 3:
    pathlib.Path(sys.argv[3]).write_text(text)
status = pathlib.Path("/proc/self/status").read_text()
peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024
print(json.dumps({"bytes": len(text), "peak": peak}))
