"""Uses DynamoDB, EventBridge, S3, SQS, STS and tagging through boto3, as another language would, and checks what comes back.

    python boto3_smoke.py http://127.0.0.1:4566
"""

import gzip
import io
import json
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
CONFIG = Config(region_name="us-east-1", retries={"max_attempts": 8, "mode": "standard"})
NAME = f"tablekeep-contract-{uuid.uuid4().hex[:10]}"


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        config=CONFIG,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def wait_for(look, seconds=60):
    """What `look` returns as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(0.5)
    raise AssertionError(f"{look.__name__} saw nothing in {seconds} s")


def error_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("the call was accepted")


def make_table(dynamodb):
    dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": NAME}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})


def items(dynamodb):
    dynamodb.put_item(TableName=NAME, Item={"id": {"S": "a"}, "n": {"N": "1"}})
    item = dynamodb.get_item(TableName=NAME, Key={"id": {"S": "a"}}, ConsistentRead=True)["Item"]
    assert item == {"id": {"S": "a"}, "n": {"N": "1"}}, item
    assert dynamodb.scan(TableName=NAME)["Count"] == 1


def listed(dynamodb, **window):
    pages = dynamodb.get_paginator("list_backups").paginate(TableName=NAME, **window)
    return [summary["BackupArn"] for page in pages for summary in page["BackupSummaries"]]


def backups(dynamodb):
    def create():
        try:
            return dynamodb.create_backup(TableName=NAME, BackupName=NAME)["BackupDetails"]
        except dynamodb.exceptions.ContinuousBackupsUnavailableException:
            return None  # the table is too young

    details = wait_for(create)
    assert details["BackupStatus"] == "CREATING", details
    arn = details["BackupArn"]

    def is_available():
        described = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
        return described["BackupDetails"]["BackupStatus"] == "AVAILABLE"

    wait_for(is_available)
    assert arn in listed(dynamodb)
    assert arn in listed(dynamodb, TimeRangeLowerBound=details["BackupCreationDateTime"])
    assert arn not in listed(dynamodb, TimeRangeUpperBound=details["BackupCreationDateTime"])
    dynamodb.delete_backup(BackupArn=arn)
    assert error_of(dynamodb.describe_backup, BackupArn=arn) == "BackupNotFoundException"
    assert error_of(dynamodb.create_backup, TableName="no-such-table", BackupName=NAME) == "TableNotFoundException"
    assert error_of(dynamodb.create_backup, TableName=NAME, BackupName="a:b") == "ValidationException"


def tags():
    def found():
        answer = client("resourcegroupstaggingapi").get_resources(
            ResourceTypeFilters=["dynamodb:table"], TagFilters=[{"Key": "team", "Values": [NAME]}]
        )
        return answer["ResourceTagMappingList"]

    assert wait_for(found)[0]["ResourceARN"].endswith(f":table/{NAME}")


def an_event_in_a_queue():
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.create_event_bus(Name=NAME)
    events.put_rule(Name=NAME, EventBusName=NAME, EventPattern=json.dumps({"source": ["contract"]}))
    events.put_targets(Rule=NAME, EventBusName=NAME, Targets=[{"Id": "queue", "Arn": arn}])
    entry = {"EventBusName": NAME, "Source": "contract", "DetailType": "Tested", "Detail": '{"a":1}'}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    def received():
        return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")

    assert json.loads(wait_for(received)[0]["Body"])["detail"] == {"a": 1}
    events.remove_targets(Rule=NAME, EventBusName=NAME, Ids=["queue"])
    events.delete_rule(Name=NAME, EventBusName=NAME)
    events.delete_event_bus(Name=NAME)
    sqs.delete_queue(QueueUrl=url)


def objects():
    s3 = client("s3")
    s3.create_bucket(Bucket=NAME)
    s3.put_object(Bucket=NAME, Key="a/b c+d", Body=b"hello", Metadata={"colour": "blue"})
    s3.upload_fileobj(io.BytesIO(bytes(9 * 2**20)), NAME, "a/large")
    got = s3.get_object(Bucket=NAME, Key="a/b c+d")
    assert (got["Body"].read(), got["Metadata"]) == (b"hello", {"colour": "blue"}), got
    assert s3.get_object(Bucket=NAME, Key="a/b c+d", Range="bytes=1-2")["Body"].read() == b"el"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=NAME, PaginationConfig={"PageSize": 1})
    listed_objects = {found["Key"]: found["Size"] for page in pages for found in page["Contents"]}
    assert listed_objects == {"a/b c+d": 5, "a/large": 9 * 2**20}, listed_objects
    assert error_of(s3.put_object, Bucket=NAME, Key="a/large", Body=b"", IfNoneMatch="*") == "PreconditionFailed"
    assert error_of(s3.get_object, Bucket=NAME, Key="none") == "NoSuchKey"
    assert error_of(s3.head_object, Bucket=NAME, Key="none") == "404"
    checked = s3.get_object(Bucket=NAME, Key="a/b c+d", ChecksumMode="ENABLED")
    assert checked["Body"].read() == b"hello" and "ChecksumCRC32" in checked, checked
    streamed = s3.get_object(Bucket=NAME, Key="a/large")["Body"]
    assert sum(len(piece) for piece in streamed.iter_chunks(2**16)) == 9 * 2**20
    s3.copy({"Bucket": NAME, "Key": "a/large"}, NAME, "a/copy")
    assert s3.head_object(Bucket=NAME, Key="a/copy")["ContentLength"] == 9 * 2**20
    empty(s3)
    s3.delete_bucket(Bucket=NAME)


def empty(s3):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=NAME):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=NAME, Delete={"Objects": keys})


def an_export_and_an_import(dynamodb):
    s3 = client("s3")
    s3.create_bucket(Bucket=NAME)
    for number in range(100):
        dynamodb.put_item(TableName=NAME, Item={"id": {"S": f"item-{number}"}, "n": {"N": str(number)}})
    table = dynamodb.describe_table(TableName=NAME)["Table"]["TableArn"]
    missing = error_of(dynamodb.export_table_to_point_in_time, TableArn=f"{table}-none", S3Bucket=NAME)
    assert missing == "TableNotFoundException", missing
    dynamodb.update_continuous_backups(
        TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    time.sleep(1.5)  # an export is of a whole second
    begun = dynamodb.export_table_to_point_in_time(TableArn=table, S3Bucket=NAME)["ExportDescription"]
    described = dynamodb.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]
    assert described["ExportTime"] == begun["ExportTime"], described
    found = dynamodb.list_exports(TableArn=table)["ExportSummaries"]
    assert [export["ExportArn"] for export in found] == [begun["ExportArn"]], found
    dynamodb.get_waiter("export_completed").wait(ExportArn=begun["ExportArn"], WaiterConfig={"Delay": 2})
    done = dynamodb.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]
    summary = json.load(s3.get_object(Bucket=NAME, Key=done["ExportManifest"])["Body"])
    assert summary["itemCount"] == done["ItemCount"] == 101, summary
    exported = {}
    listing = s3.get_object(Bucket=NAME, Key=summary["manifestFilesS3Key"])["Body"]
    for line in listing.iter_lines():
        body = s3.get_object(Bucket=NAME, Key=json.loads(line)["dataFileS3Key"])["Body"]
        with gzip.open(io.BytesIO(body.read()), "rt") as lines:
            exported.update((item["id"]["S"], item) for item in (json.loads(one)["Item"] for one in lines))
    assert exported == all_items(dynamodb, NAME), exported
    an_import(dynamodb, done, exported)
    empty(s3)
    s3.delete_bucket(Bucket=NAME)


def all_items(dynamodb, table):
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    return {item["id"]["S"]: item for page in pages for item in page["Items"]}


def an_import(dynamodb, export, items_expected):
    name = f"{NAME}-imported"
    begun = dynamodb.import_table(
        S3BucketSource={"S3Bucket": NAME, "S3KeyPrefix": export["ExportManifest"].rsplit("/", 1)[0] + "/data/"},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )["ImportTableDescription"]
    dynamodb.get_waiter("import_completed").wait(ImportArn=begun["ImportArn"], WaiterConfig={"Delay": 2})
    done = dynamodb.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]
    assert (done["ImportedItemCount"], done["ErrorCount"]) == (101, 0), done
    assert all_items(dynamodb, name) == items_expected
    drop_table(dynamodb, name)


def drop_table(dynamodb, name):
    def dropped():
        try:
            return dynamodb.delete_table(TableName=name)
        except dynamodb.exceptions.ResourceInUseException:
            return None  # a plan that fires just now backs it up

    wait_for(dropped)


def main():
    assert client("sts").get_caller_identity()["Account"].isdigit()
    dynamodb = client("dynamodb")
    make_table(dynamodb)
    try:
        items(dynamodb)
        backups(dynamodb)
        tags()
        an_event_in_a_queue()
        objects()
        an_export_and_an_import(dynamodb)
    finally:
        drop_table(dynamodb, NAME)
    print("boto3: all is as at AWS")


main()
