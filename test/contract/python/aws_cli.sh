#!/usr/bin/env bash
# Uses S3, exports and imports by the AWS CLI, as people do, and stops at the first thing that is not as it should be:
#
#     AWS_ENDPOINT_URL=http://127.0.0.1:4566 … aws_cli.sh <the aws program> <an empty directory>
set -eu
program=$1
cd "$2"
aws() { "$program" "$@" --output text; }
name="contract-cli-$$"
same() { [ "$1" = "$2" ] || { echo "found: $1"; echo "expected: $2"; exit 1; }; }

# --- objects: small ones, one in parts, a tree; copied, moved, listed page by page ----------------------------------
"$program" s3 mb "s3://$name"
mkdir -p tree/a/b
for number in 1 2 3 4 5; do echo "$number" >"tree/a/file $number.txt" && echo "$number" >"tree/a/b/+$number"; done
head -c 20000000 /dev/urandom >large
"$program" s3 cp --no-progress large "s3://$name/large"
"$program" s3 cp --no-progress --recursive tree "s3://$name/tree"
same "$("$program" s3 ls --recursive "s3://$name" | wc -l)" 11
same "$("$program" s3 ls "s3://$name/tree/a/" | grep -c PRE)" 1
"$program" s3 cp --no-progress "s3://$name/large" back && cmp large back
same "$(echo piped | "$program" s3 cp - "s3://$name/piped" && "$program" s3 cp "s3://$name/piped" -)" piped
"$program" s3 sync --no-progress "s3://$name/tree" synced && diff -r tree synced
"$program" s3 cp --no-progress "s3://$name/large" "s3://$name/copy" && "$program" s3 mv --no-progress "s3://$name/copy" "s3://$name/moved"
"$program" s3 cp --no-progress "s3://$name/moved" back && cmp large back
same "$(aws s3api list-objects-v2 --bucket "$name" --page-size 3 --query 'Contents[].[Size]' | wc -l)" 13
same "$(aws s3api list-objects-v2 --bucket "$name" --prefix tree/ --delimiter / --query 'CommonPrefixes[].Prefix')" tree/a/
if "$program" s3 ls "s3://$name-none" 2>refusal; then exit 1; else grep -q NoSuchBucket refusal; fi

# --- a table: out to the bucket, and in again ------------------------------------------------------------------------
keys="AttributeName=id,KeyType=HASH"
aws dynamodb create-table --table-name "$name" --attribute-definitions AttributeName=id,AttributeType=S \
  --key-schema "$keys" --billing-mode PAY_PER_REQUEST >/dev/null
aws dynamodb wait table-exists --table-name "$name"
for id in a b c; do aws dynamodb put-item --table-name "$name" --item "{\"id\":{\"S\":\"$id\"},\"set\":{\"NS\":[\"1\",\"2.5\"]}}"; done
until aws dynamodb update-continuous-backups --table-name "$name" \
  --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true >/dev/null; do sleep 1; done
sleep 2 # an export is of a whole second
table=$(aws dynamodb describe-table --table-name "$name" --query Table.TableArn)
export_arn=$(aws dynamodb export-table-to-point-in-time --table-arn "$table" --s3-bucket "$name" --s3-prefix exported \
  --query ExportDescription.ExportArn)
status() { aws dynamodb describe-export --export-arn "$export_arn" --query ExportDescription.ExportStatus; }
for _ in $(seq 60); do [ "$(status)" = IN_PROGRESS ] || break; sleep 1; done
same "$(status)" COMPLETED
data="exported/AWSDynamoDB/${export_arn##*/}/data/"
"$program" s3 cp --no-progress --recursive "s3://$name/$data" exported
same "$(gzip -dc exported/*.json.gz | sort)" "$(for id in a b c; do echo "{\"Item\":{\"id\":{\"S\":\"$id\"},\"set\":{\"NS\":[\"1\",\"2.5\"]}}}"; done)"
import_arn=$(aws dynamodb import-table --s3-bucket-source "S3Bucket=$name,S3KeyPrefix=$data" --input-format DYNAMODB_JSON \
  --input-compression-type GZIP --query ImportTableDescription.ImportArn --table-creation-parameters \
  "{\"TableName\":\"$name-in\",\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}")
status() { aws dynamodb describe-import --import-arn "$import_arn" --query ImportTableDescription.ImportStatus; }
for _ in $(seq 60); do [ "$(status)" = IN_PROGRESS ] || break; sleep 1; done
same "$(status)" COMPLETED
same "$(aws dynamodb scan --table-name "$name-in" --select COUNT --query Count)" 3

# --- and away -----------------------------------------------------------------------------------------------------------
"$program" s3 rb --force "s3://$name" >/dev/null
for table in "$name" "$name-in"; do
  for _ in $(seq 30); do aws dynamodb delete-table --table-name "$table" >/dev/null && break; sleep 1; done # a plan may back it up just now
done
echo "AWS CLI: all is as at AWS"
