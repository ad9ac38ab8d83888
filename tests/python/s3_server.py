"""S3 as moto has it, with the bucket `store`: s3_server.py prints its port, and ends when nobody is there to write to it."""

from moto_server import serve

serve("s3", "us-east-1", lambda s3: s3.create_bucket(Bucket="store"))
