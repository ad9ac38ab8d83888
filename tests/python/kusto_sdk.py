"""Asks a cluster through the released SDK and prints what a program gets, as JSON.

Usage: python3 kusto_sdk.py URL DATABASE STATEMENT [PARAMETER=LITERAL …]

`columns` are names and types; `visualization` is the JSON of the chart that a query renders; `rows` hold for each cell the Python type and the text of the value. A statement that starts with a dot
is sent as a management command. What the SDK raises as a `KustoServiceError` is `error`: its class and its text.
"""

import json
import sys

from azure.kusto.data import ClientRequestProperties, KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoServiceError


def ask(client, database, statement, parameters):
    """The primary table of the answer, and the chart that a query renders."""
    properties = ClientRequestProperties()
    for parameter in parameters:
        properties.set_parameter(*parameter.split("=", 1))
    execute = client.execute_mgmt if statement.startswith(".") else client.execute_query
    answer = execute(database, statement, properties)
    charts = [row["Value"] for table in answer.tables if table.table_kind.name == "QueryProperties" for row in table]
    return answer.primary_results[0], charts[0] if charts else None


def found(table, chart):
    """A table and a chart in JSON."""
    return {
        "visualization": chart,
        "columns": [[column.column_name, column.column_type] for column in table.columns],
        "rows": [[[type(cell).__name__, str(cell)] for cell in row] for row in table],
    }


def main():
    url, database, statement, *parameters = sys.argv[1:]
    with KustoClient(KustoConnectionStringBuilder(url)) as client:
        try:
            answer = found(*ask(client, database, statement, parameters))
        except KustoServiceError as error:
            answer = {"error": {"class": type(error).__name__, "text": str(error)}}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
