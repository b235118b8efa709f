"""Other people's code against `npm start`: an ORM with its conditions and transactions, signed addresses, and how
CreateBackup is paced when somebody asks for too much.

    python peers.py http://127.0.0.1:4566
"""

import collections
import concurrent.futures
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

ENDPOINT = sys.argv[1]
os.environ.update(
    AWS_ENDPOINT_URL=ENDPOINT,
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
)

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, VersionAttribute  # noqa: E402
from pynamodb.connection import Connection  # noqa: E402
from pynamodb.exceptions import PutError, TransactWriteError  # noqa: E402
from pynamodb.models import Model  # noqa: E402
from pynamodb.transactions import TransactGet, TransactWrite  # noqa: E402

NAME = f"tablekeep-contract-{uuid.uuid4().hex[:10]}"


class Order(Model):
    class Meta:
        table_name = NAME
        host = ENDPOINT
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"

    id = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    tags = UnicodeSetAttribute(null=True)
    version = VersionAttribute()


def an_orm():
    Order.create_table(wait=True)
    Order("a", 1, tags={"x"}).save()
    order, other = Order.get("a", 1), Order.get("a", 1)
    order.update(actions=[Order.tags.add({"y"})])
    assert (order.tags, order.version) == ({"x", "y"}, 2)
    try:
        other.save()
        raise AssertionError("an old version was saved")
    except PutError as error:
        assert error.cause_response_code == "ConditionalCheckFailedException", error
    with Order.batch_write() as batch:
        for number in range(60):
            batch.save(Order("b", number))
    assert len(list(Order.query("b", Order.number.between(10, 19)))) == 10
    connection = Connection(region="us-east-1", host=ENDPOINT)
    with TransactWrite(connection=connection, client_request_token=NAME[-20:]) as transaction:
        transaction.save(Order("c", 1))
        transaction.condition_check(Order, "a", 1, condition=Order.tags.exists())
    with TransactGet(connection=connection) as transaction:
        found = transaction.get(Order, "c", 1)
    assert found.get().id == "c"
    try:
        with TransactWrite(connection=connection) as transaction:
            transaction.save(Order("d", 1))
            transaction.save(Order("c", 1), condition=Order.id.does_not_exist())
        raise AssertionError("a condition was not looked at")
    except TransactWriteError as error:
        assert [reason and reason.code for reason in error.cancellation_reasons][1] == "ConditionalCheckFailed", error
    assert Order.count("d") == 0
    Order.delete_table()


def signed_addresses():
    for version in ("s3", "s3v4"):
        s3 = boto3.client("s3", config=Config(signature_version=version))
        s3.create_bucket(Bucket=NAME)
        s3.put_object(Bucket=NAME, Key="ü/+ &?", Body=b"hello")
        where = {"Bucket": NAME, "Key": "ü/+ &?"}
        address = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=60)
        assert urllib.request.urlopen(address).read() == b"hello"
        late = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=-5)
        try:
            urllib.request.urlopen(late)
            raise AssertionError("an address that expired was answered")
        except urllib.error.HTTPError as error:
            assert error.code == 403 and b"Request has expired" in error.read(), error
    bucket = boto3.resource("s3").Bucket(NAME)
    bucket.object_versions.delete()
    bucket.delete()


def pace():
    """Ninety a second for two seconds: fifty a second are taken, and what was saved up; the rest is told so."""
    # A Region of its own: plans that fire just now spend nothing of its quota.
    client = boto3.client("dynamodb", config=Config(region_name="eu-west-1", retries={"max_attempts": 0}, max_pool_connections=60))
    client.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})
    outcomes = collections.Counter()

    def create(_):
        try:
            client.create_backup(TableName=NAME, BackupName=NAME)
            return "accepted"
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error.response
            return error.response["Error"]["Code"]

    end = time.monotonic() + 30
    while create(0) != "accepted":  # the table is too young
        assert time.monotonic() < end
        time.sleep(0.5)
    time.sleep(1)
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(60) as pool:
        asked = []
        for number in range(180):
            time.sleep(max(0, began + number / 90 - time.monotonic()))
            asked.append(pool.submit(create, number))
        outcomes.update(one.result() for one in asked)
    seconds = time.monotonic() - began
    assert set(outcomes) == {"accepted", "LimitExceededException"}, outcomes
    assert 50 * (seconds - 1) <= outcomes["accepted"] <= 50 * (seconds + 1.2), (outcomes, seconds)


an_orm()
signed_addresses()
pace()
print("peers: all is as at AWS")
