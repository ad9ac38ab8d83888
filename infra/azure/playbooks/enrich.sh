#!/bin/sh
# Where addresses are: enrich.sh 192.0.2.1 198.51.100.7
# API is the URL of the functions, TOKEN a token of Entra for it: az account get-access-token --resource "api://$APP" --query accessToken -o tsv
set -eu
folder=$(dirname "$0")
# The addresses travel beside the query, and are never part of its text.
request=$(python3 -c 'import json, sys; print(json.dumps({
    "query": open(sys.argv[1]).read(), "parameters": {"addresses": sys.argv[2:]}}))' "$folder/geo-ip.kql" "$@")
printf '%s' "$request" | curl --silent --show-error --fail-with-body "$API/query" --data-binary @- \
    --header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" --header "Accept: text/csv"
