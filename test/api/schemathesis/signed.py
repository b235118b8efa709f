"""Signs every request of schemathesis as botocore does, for the service execute-api: SCHEMATHESIS_HOOKS=<this file>."""

import os

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests.auth import AuthBase

KEYS = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
REGION = os.environ.get("AWS_REGION", "us-east-1")


class Signed(AuthBase):
    def __call__(self, request):
        body = request.body if request.body is not None else b""
        data = body.encode() if isinstance(body, str) else body
        wanted = {name: value for name, value in request.headers.items() if name.lower() == "content-type"}
        signed = AWSRequest(method=request.method, url=request.url, data=data, headers=wanted)
        SigV4Auth(KEYS, "execute-api", REGION).add_auth(signed)
        for name in ("Authorization", "X-Amz-Date"):
            request.headers[name] = signed.headers[name]
        return request


schemathesis.auth.set_from_requests(Signed())
