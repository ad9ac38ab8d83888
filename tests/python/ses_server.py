"""SES as moto has it: ses_server.py SENDER prints its port. SENDER is verified in eu-central-1; `/moto-api/data.json` tells what was sent."""

import sys

from moto_server import serve

serve("ses", "eu-central-1", lambda ses: ses.verify_email_identity(EmailAddress=sys.argv[1]))
