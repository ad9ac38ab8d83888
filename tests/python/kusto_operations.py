"""Drives commands and operations through the released SDK and prints what it saw, as JSON.

Usage: python3 kusto_operations.py URL DATABASE SLOW

Creates a table, ingests into it, copies it by an asynchronous command, which it follows to its end, and cancels the asynchronous
command SLOW, which takes long.
"""

import json
import sys
import time

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

OVER = {"Completed", "Failed", "Canceled", "Skipped"}


def main():
    url, database, slow = sys.argv[1:]
    with KustoClient(KustoConnectionStringBuilder(url)) as client:

        def command(text):
            return client.execute_mgmt(database, text).primary_results[0]

        def follow(operation):
            """The operation's record when it is over."""
            for _ in range(1000):
                record = command(f".show operations {operation}").to_dict()["data"][0]
                if record["State"] in OVER:
                    return record
                time.sleep(0.01)
            raise TimeoutError(operation)

        command(".create table Source (a:string, n:long)")
        ingested = command(".ingest inline into table Source <|\nx,1\ny,2")[0].to_dict()
        copied = follow(command(".set-or-append async Copy <| Source | where n > 1")[0]["OperationId"])
        started = command(slow)[0]["OperationId"]
        cancellation = command(f".cancel operation {started} with (reason='enough')")[0].to_dict()
        cancelled = follow(started)
        tables = command(".show tables | project TableName | order by TableName asc")
        json.dump(
            {
                "ingested": ingested,
                "copied": copied,
                "cancellation": cancellation,
                "cancelled": cancelled,
                "tables": [row["TableName"] for row in tables],
                "rows": [row.to_list() for row in client.execute_query(database, "Copy").primary_results[0]],
            },
            sys.stdout,
            default=str,
        )


if __name__ == "__main__":
    main()
