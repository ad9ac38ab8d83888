"""Ingests the records of standard input through the released SDK, as a program of the user's own would.

Usage: python3 kusto_batch.py streaming|queued URL DATABASE TABLE MAPPING [TAG]

The records are lines of JSON. With a tag they are ingested unless the table has some with it, which only `queued` can do. Prints what the
SDK says became of them.
"""

import io
import json
import sys

from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.ingest import IngestionProperties, KustoStreamingIngestClient, QueuedIngestClient

CLIENTS = {"streaming": KustoStreamingIngestClient, "queued": QueuedIngestClient}


def main():
    kind, url, database, table, mapping, *tags = sys.argv[1:]
    records = sys.stdin.buffer.read()
    properties = IngestionProperties(
        database=database,
        table=table,
        data_format=DataFormat.JSON,
        ingestion_mapping_reference=mapping,
        flush_immediately=True,
        ingest_by_tags=tags or None,
        ingest_if_not_exists=tags or None,
    )
    with CLIENTS[kind](KustoConnectionStringBuilder(url)) as client:
        result = client.ingest_from_stream(io.BytesIO(records), properties)
    json.dump(result.status.value, sys.stdout)


if __name__ == "__main__":
    main()
