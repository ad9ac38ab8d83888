"""A service of AWS as moto has it, on a free port of this machine."""

import logging
import sys

import boto3
from moto.server import ThreadedMotoServer


def serve(service, region, prepare):
    """Starts moto, lets `prepare` have a client of the service, prints the port, and ends when nobody is there to write to it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    client = boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=region,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    prepare(client)
    print(port, flush=True)
    sys.stdin.read()
