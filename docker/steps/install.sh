#!/bin/sh
# install.sh WHEELS VENV: a virtual environment VENV with exactly the wheels in the folder WHEELS, and no pip in it.
# Needs no network. Fails where the wheels want something that is not among them.
set -eu
wheels=$1
venv=$2
python -m venv --without-pip "$venv"
inside="python -m pip --disable-pip-version-check --python $venv/bin/python"
$inside install --quiet --no-cache-dir --no-index --no-deps "$wheels"/*.whl
$inside check
