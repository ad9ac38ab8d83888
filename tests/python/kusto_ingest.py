"""Streams records into a table through the released SDK and prints what it saw, as JSON.

Usage: python3 kusto_ingest.py URL DATABASE TABLE

A data set as CSV, records as JSON through a mapping `m`, and records in a table that does not exist.
"""

import io
import json
import sys

from azure.kusto.data import KustoConnectionStringBuilder
from azure.kusto.data.data_format import DataFormat
from azure.kusto.data.exceptions import KustoServiceError
from azure.kusto.ingest import IngestionProperties, KustoStreamingIngestClient


def main():
    url, database, table = sys.argv[1:]
    seen = []
    with KustoStreamingIngestClient(KustoConnectionStringBuilder(url)) as client:

        def stream(data, into, data_format, **more):
            properties = IngestionProperties(database=database, table=into, data_format=data_format, **more)
            try:
                seen.append(client.ingest_from_stream(io.BytesIO(data), ingestion_properties=properties).status.name)
            except KustoServiceError as error:
                seen.append(f"{type(error).__name__}: {error}")

        stream("Köln,1\nUlm,2\n".encode(), table, DataFormat.CSV)
        stream(b'{"shop": "Bonn"}\n{"shop": "Jena"}\n', table, DataFormat.JSON, ingestion_mapping_reference="m")
        stream(b"x,1\n", "NoSuchTable", DataFormat.CSV)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
