"""The pinned toolchain: what toolchain.lock says, a virtual environment with it, and where its programs are."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LOCK = ROOT / "toolchain.lock"


class Failure(Exception):
    """Something the person at the terminal can act on; its text says what and how."""


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def read_lock(path=LOCK):
    lock = json.loads(pathlib.Path(path).read_text())
    if lock.get("schema") != 1:
        raise Failure(f"{path}: schema {lock.get('schema')} is not known here; this build knows 1")
    for package in lock["packages"]:
        digest = package["sha256"]
        if digest is not None and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
            raise Failure(f"{path}: the sha256 of {package['name']} is no SHA-256")
    return lock


def check_python(lock):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version not in lock["python"]:
        raise Failure(f"Python {version} has no wheels of the toolchain; use one of {', '.join(lock['python'])}")


class Runner:
    """Runs commands, or with `dry` says which it would run."""

    def __init__(self, dry, say=print):
        self.dry = dry
        self.say = say
        self.commands = []

    def run(self, command, cwd=None, env=None):
        line = " ".join(str(part) for part in command)
        self.commands.append([str(part) for part in command])
        self.say(f"{'would run' if self.dry else 'run'}: {line}")
        if self.dry:
            return
        try:
            done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False)
        except FileNotFoundError as error:
            raise Failure(f"{command[0]} is not installed") from error
        if done.returncode != 0:
            raise Failure(f"exit code {done.returncode} of: {line}")


def accept_wheel(package, wheel, trust_first_use):
    """Holds a fetched wheel against the lock. The hash to record, or None when it is already there."""
    digest = sha256(wheel)
    if package["sha256"] is None:
        if not trust_first_use:
            raise Failure(
                f"{package['name']} {package['version']}: no SHA-256 is recorded yet. What came has {digest}. If you "
                "trust this download, run again with --trust-first-use: the hash is then written to "
                "kernels/toolchain.lock and every later build must match it."
            )
        return digest
    if digest != package["sha256"]:
        raise Failure(
            f"{package['name']} {package['version']}: SHA-256 {digest} is not the recorded {package['sha256']}. "
            "Nothing of it was installed. Either the file was changed where it comes from, or on the way."
        )
    return None


def install(lock, folder, runner, trust_first_use, lock_path=LOCK):
    """Makes folder/venv with the locked packages; what is there already is kept."""
    venv = folder / "venv"
    python = venv / "bin" / "python"
    if not python.exists():
        runner.run([sys.executable, "-m", "venv", venv])
    wheels = []
    for package in lock["packages"]:
        into = folder / "wheels" / package["name"]
        requirement = f"{package['name']}=={package['version']}"
        if runner.dry or not list(into.glob("*.whl")):
            runner.run(
                [python, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", into,
                 "--find-links", package["index"], requirement]
            )
        if runner.dry:
            state = "recorded" if package["sha256"] else "not recorded yet: --trust-first-use records it"
            runner.say(f"would check: SHA-256 of {requirement} ({state})")
            wheels.append(into / f"{package['name']}-{package['version']}.whl")
            continue
        found = list(into.glob("*.whl"))
        if len(found) != 1:
            raise Failure(f"{into} should hold one wheel of {requirement}, and holds {len(found)}")
        digest = accept_wheel(package, found[0], trust_first_use)
        if digest is not None:
            package["sha256"] = digest
            pathlib.Path(lock_path).write_text(json.dumps(lock, indent=2) + "\n")
            runner.say(f"recorded in {pathlib.Path(lock_path).name}: {requirement} {digest}")
        wheels += found
    runner.run([python, "-m", "pip", "install", "--quiet", *wheels])
    return Programs(venv, runner.dry)


class Programs:
    """Where the toolchain's programs and headers are."""

    def __init__(self, venv, dry):
        packages = next(iter((venv / "lib").glob("python3*/site-packages")), None)
        if packages is None:
            if not dry:
                raise Failure(f"{venv} is no virtual environment")
            packages = venv / "lib" / "python3" / "site-packages"
        self.packages = packages
        self.peano = packages / "llvm-aie"
        self.clang = self.peano / "bin" / "clang++"
        self.linker = self.peano / "bin" / "ld.lld"
        self.include = packages / "mlir_aie" / "include"
        self.aiecc = venv / "bin" / "aiecc"
        if dry:
            return
        for path in (self.clang, self.linker, self.include, self.aiecc):
            if not path.exists():
                raise Failure(f"{path} is missing: the wheels are not laid out as this build expects")
        if shutil.which("xclbinutil") is None:
            raise Failure("xclbinutil is not installed (Debian: apt install libxrt-utils)")
