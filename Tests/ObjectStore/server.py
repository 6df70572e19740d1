"""An S3-compatible server on a free port, which checks signatures, and somebody who changes what lies in its bucket.

The first line of output says where it is: {"endpoint": ..., "key_id": ..., "secret": ..., "bucket": ...}. Then each line
of input is a JSON object, answered by a line:

    {"put": KEY, "base64": BYTES}   stores an object, over one that is there    {}
    {"delete": KEY}                 deletes it                                  {}
    {"fill": COUNT, "prefix": P,    stores COUNT empty objects,
     "suffix": S}                   P fill-00000 S and so on                    {}
    {"keys": PREFIX}                lists                                       {"keys": [...]}
    {"get": KEY}                    reads an object                             {"base64": BYTES}

It ends with its input.
"""

import base64
import json
import logging
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
    os.environ.pop(name, None)

import boto3
import requests
from moto.server import ThreadedMotoServer

BUCKET = "models"


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    setup = {"endpoint_url": endpoint, "aws_access_key_id": "setup", "aws_secret_access_key": "setup"}

    users = boto3.client("iam", **setup)
    users.create_user(UserName="hearth")
    key = users.create_access_key(UserName="hearth")["AccessKey"]
    rule = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    users.put_user_policy(
        UserName="hearth", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [rule]})
    )
    boto3.client("s3", **setup).create_bucket(Bucket=BUCKET)
    # From here on every request is held against its signature.
    requests.post(f"{endpoint}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()

    s3 = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    say({"endpoint": endpoint, "key_id": key["AccessKeyId"], "secret": key["SecretAccessKey"], "bucket": BUCKET})
    for line in sys.stdin:
        say(answer(s3, json.loads(line)))
    os._exit(0)


def answer(s3, command: dict) -> dict:
    if "put" in command:
        s3.put_object(Bucket=BUCKET, Key=command["put"], Body=base64.b64decode(command["base64"]))
    elif "delete" in command:
        s3.delete_object(Bucket=BUCKET, Key=command["delete"])
    elif "fill" in command:
        for index in range(command["fill"]):
            s3.put_object(Bucket=BUCKET, Key=f"{command['prefix']}fill-{index:05}{command['suffix']}", Body=b"")
    elif "keys" in command:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=command["keys"])
        return {"keys": [item["Key"] for page in pages for item in page.get("Contents", [])]}
    elif "get" in command:
        body = s3.get_object(Bucket=BUCKET, Key=command["get"])["Body"].read()
        return {"base64": base64.b64encode(body).decode()}
    return {}


def say(value: dict) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
