"""Build one Lambda layer into a folder: the recipe `sam build` and the local stack share.

    python layers/build_layer.py dependencies TARGET            for the Python that runs it
    python layers/build_layer.py dependencies TARGET --lambda   for Lambda on x86-64, wherever it is built
    python layers/build_layer.py hearback TARGET

The layer's content goes to TARGET/python. Bytecode is shipped, and marked `unchecked-hash`: zips
lose timestamps, and timestamped bytecode would be thrown away on every cold start (three times slower).
"""

from __future__ import annotations

import argparse
import compileall
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

LAYERS = Path(__file__).resolve().parent

# botocore carries 150 MB of service descriptions; Lambda needs those of the services we call.
SERVICES = {"cloudwatch", "dynamodb", "events", "lambda", "logs", "s3", "secretsmanager", "sqs", "sts"}
SHARED_DATA = {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
NOT_NEEDED_AT_RUN_TIME = ("tests", "test", "__pycache__", "bin", "includes", "isoschematron", "examples")
INSTALLER_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "WHEEL")
SOURCES_OF_COMPILED_MODULES = (".pyx", ".pxd", ".pxi", ".c", ".h", ".pyi")

FOR_LAMBDA = (
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_17_x86_64",
    "--platform=manylinux2014_x86_64",
    "--implementation=cp",
    "--only-binary=:all:",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("layer", choices=("dependencies", "hearback"))
    parser.add_argument("target", type=Path)
    parser.add_argument("--lambda", dest="for_lambda", action="store_true")
    wanted = parser.parse_args()
    python = wanted.target.resolve() / "python"
    if wanted.layer == "dependencies":
        install(python, FOR_LAMBDA if wanted.for_lambda else ())
        trim(python)
    else:
        source, bytecode = LAYERS / "hearback/python", shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, python, ignore=bytecode, dirs_exist_ok=True)
    compile_all(python)


def install(python: Path, platform: tuple[str, ...]) -> None:
    """Install the locked requirements, every file checked against its hash."""
    requirements = LAYERS / "dependencies/requirements.txt"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    options = ["--require-hashes", "--no-deps", "--no-compile", *platform, "--target", str(python)]
    call = [*pip, *options, "-r", str(requirements)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"pip could not install {requirements}:\n{done.stdout}{done.stderr}")


def trim(python: Path) -> None:
    """Remove what no Lambda reads: a smaller layer starts sooner."""
    for data in (python / "botocore/data", python / "boto3/data"):
        for entry in data.iterdir():
            if entry.name not in SERVICES | SHARED_DATA:
                remove(entry)
    for pattern in NOT_NEEDED_AT_RUN_TIME:
        for found in list(python.rglob(pattern)):
            remove(found)
    for info in python.glob("*.dist-info"):
        for note in INSTALLER_NOTES:
            remove(info / note)
    for source in [path for path in python.rglob("*") if path.suffix in SOURCES_OF_COMPILED_MODULES]:
        remove(source)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def compile_all(python: Path) -> None:
    """Compile to bytecode that is valid wherever and whenever the layer is unpacked."""
    done = compileall.compile_dir(
        python,
        quiet=2,
        workers=0,
        stripdir=str(python.parent),
        prependdir="/opt",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        sys.exit(f"some modules under {python} do not compile with {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
