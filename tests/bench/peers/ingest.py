"""Records into a table by the released Python client's streaming ingestion.

usage: ingest.py URL FILE TIMES LEVEL       FILE is a JSON array of records, which is read and sent so many times
"""

import gzip
import io
import json
import pathlib
import sys

from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.ingest import IngestionProperties, KustoStreamingIngestClient

url, file, times, level = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
# The client has no setting for it, and compresses at 9 otherwise.
defaults = list(gzip.GzipFile.__init__.__defaults__)
defaults[defaults.index(9)] = level
gzip.GzipFile.__init__.__defaults__ = tuple(defaults)

client = KustoStreamingIngestClient(KustoConnectionStringBuilder(url))
where = IngestionProperties("db", "T", data_format=DataFormat.MULTIJSON, ingestion_mapping_reference="m")
sent = 0
for _ in range(times):
    records = json.loads(file.read_bytes())
    lines = "\n".join(json.dumps(record, separators=(",", ":")) for record in records).encode()
    client.ingest_from_stream(io.BytesIO(lines), where)
    sent += len(records)
status = pathlib.Path("/proc/self/status").read_text()
peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024
print(json.dumps({"records": sent, "peak": peak}))
