"""Runs `ganglion` under measurement and reads its timing table."""
import dataclasses
import os
import re
import resource
import subprocess
import threading
import time

PROGRAM = os.environ["GANGLION_PROGRAM"]


@dataclasses.dataclass
class Run:
    """One run of the program."""
    seconds: float  # wall time of the whole command, start of the processes included
    phases: dict  # name: (seconds on the slowest rank, GFLOP/s over all ranks)
    memory: float  # peak bytes over all ranks, shared pages once; nan if not sampled
    text: str
    cpu: float  # seconds of all cores together, launcher included
    load: float  # load average of the machine when it began

    @property
    def peak(self):
        """Measured GEMM peak over all ranks, GFLOP/s."""
        return float(re.search(r"GEMM peak (\d+)", self.text)[1])

    def share_of_peak(self, phase):
        return self.phases[phase][1] / self.peak

    def figure(self, name):
        """A number of the report, such as `mse / persistence`."""
        return float(re.search(rf"^{re.escape(name)} +(\S+)$", self.text, re.M)[1])


def proportional_bytes(session, program):
    """Memory of a program's processes of a session; a page shared by k counts 1/k each."""
    total = 0
    file_name = os.path.realpath(program)
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            if int(fields[3]) != session or os.readlink(f"/proc/{entry}/exe") != file_name:
                continue
            with open(f"/proc/{entry}/smaps_rollup") as file:
                total += 1024 * int(re.search(r"^Pss: +(\d+)", file.read(), re.M)[1])
        except OSError:
            continue  # it has ended
    return total


def run(*arguments, ranks=1, threads=1, sample=False, program=PROGRAM):
    """Runs it; with `sample` its memory is looked at twice a second, which costs a little."""
    command = [program, *map(str, arguments), "--threads", str(threads)]
    if arguments[0] in ("fit", "train"):
        command.append("--timings")
    if ranks > 1 or threads == 1:
        command = ["mpirun", "-n", str(ranks), "--oversubscribe", *command]
    load = os.getloadavg()[0]
    start, before = time.perf_counter(), children()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True)
    most = [0]
    if sample:
        def watch():
            while process.poll() is None:
                most[0] = max(most[0], proportional_bytes(process.pid, program))
                time.sleep(0.5)
        watcher = threading.Thread(target=watch)
        watcher.start()
    text = process.communicate()[0]
    seconds = time.perf_counter() - start
    cpu = children() - before
    if sample:
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{text}\nexit code {process.returncode}")
    return Run(seconds, table(text), most[0] or float("nan"), text, cpu, load)


def children():
    """Processor seconds of all processes that were started and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def table(text):
    """The timing table at the end of a run."""
    phases = {}
    for line in map(str.rstrip, text.splitlines()):
        match = re.match(
            r"(\w+) +([\d.]+) +([\d.]+) +([\d.]+) +[-\d.]+ %(?: +([\d.]+) +[\d.]+ %)?$", line)
        if match:
            phases[match[1]] = (float(match[4]), float(match[5] or 0))
    return phases


def version(program):
    """What a build calls itself."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip()


@dataclasses.dataclass
class Plan:
    """What `--dry-run` predicts."""
    memory: float  # bytes over all ranks of one node
    seconds: float


def plan(*arguments, ranks=1, threads=1):
    text = run(*arguments, "--dry-run", ranks=ranks, threads=threads).text
    memory = re.search(r"memory a node\s+([\d.]+) GB", text)
    return Plan(1e9 * float(memory[1]), float(re.search(r"^total ([\d.]+) s", text, re.M)[1]))
