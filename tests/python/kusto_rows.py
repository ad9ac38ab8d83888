"""Asks a cluster through the released SDK: kusto_rows.py URL DATABASE QUERY prints the rows as a JSON array of objects."""

import json
import sys

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

url, database, query = sys.argv[1:]
with KustoClient(KustoConnectionStringBuilder(url)) as client:
    table = client.execute(database, query).primary_results[0]
    print(json.dumps([row.to_dict() for row in table], default=str))
