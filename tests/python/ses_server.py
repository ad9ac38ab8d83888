"""SES as moto has it: ses_server.py SENDER prints its port. SENDER is verified in eu-central-1; `/moto-api/data.json` tells what was sent."""

import logging
import sys
import time

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
ses = boto3.client(
    "ses",
    endpoint_url=f"http://127.0.0.1:{port}",
    region_name="eu-central-1",
    aws_access_key_id="key",
    aws_secret_access_key="secret",
)
ses.verify_email_identity(EmailAddress=sys.argv[1])
print(port, flush=True)
while True:
    time.sleep(60)
