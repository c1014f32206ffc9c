#!/bin/sh
# Generates Python stubs from ../../proto into gen/, then runs client.py with the arguments given. Uses the system's
# Python, whose grpcio Debian and Ubuntu package; nothing comes from PyPI.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}

packages="python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc libprotobuf-dev"
missing=
"$python" -c 'import grpc, google.protobuf' 2>/dev/null || missing="python3-grpcio python3-protobuf"
command -v protoc >/dev/null || missing="$missing protobuf-compiler"
plugin=$(command -v grpc_python_plugin) || missing="$missing protobuf-compiler-grpc"
if [ -n "$missing" ]; then
  echo "run.sh: missing:" $missing >&2
  echo "Run: apt-get install -y $packages" >&2
  exit 1
fi

proto=../../proto
rm -rf gen
mkdir gen
protoc --proto_path="$proto" --python_out=gen --grpc_out=gen --plugin=protoc-gen-grpc="$plugin" \
  "$proto"/surefill/v1/*.proto \
  "$proto"/buf/validate/validate.proto \
  "$proto"/google/rpc/status.proto "$proto"/google/rpc/error_details.proto || {
  echo "run.sh: protoc failed. Where it misses google/protobuf/*.proto: apt-get install -y $packages" >&2
  exit 1
}
PYTHONPATH=gen exec "$python" client.py "$@"
