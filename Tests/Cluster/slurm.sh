#!/usr/bin/env bash
# Submits the files of Jobs/ to a real Slurm of four nodes (Scripts/slurm-sandbox) and
# checks how each job ends: over 4 nodes with either launcher, an array with a failing
# task, warned and requeued, without progress, cancelled, over its time limit.
#
# In the jobs the program is a stand-in that keeps the contract of `ganglion` towards a
# job: the flags, a log with "iteration" events, a checkpoint, exit code 75 after USR1.
# The rank tests run under srun directly, and the real program is warned and requeued, too.
# Usage: Tests/Cluster/slurm.sh [FOLDER]     FOLDER with the program: .build/debug by default
# Exits 77 where Slurm cannot run, and says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
built=$(realpath "${1:-.build/debug}")

folder=$(mktemp -d)
export GANGLION_SLURM=$folder/slurm
sandbox=$PWD/Scripts/slurm-sandbox
slurm() { "$sandbox" run -- "$@"; }
finally() {
  "$sandbox" stop >/dev/null
  rm -rf "$folder"
}
"$sandbox" start || exit $?
trap finally EXIT

cat >"$folder/program" <<'PROGRAM'
#!/usr/bin/env bash
# fit RECORDING -o MODEL ... --log LOG ...: 12 iterations, a fifth of a second each.
recording=$2
while (($#)); do
  case $1 in
    -o) model=$2 ;;
    --checkpoint) checkpoint=$2 ;;
    --log) log=$2 ;;
  esac
  shift
done
rank=${OMPI_COMM_WORLD_RANK:-$SLURM_PROCID}
size=${OMPI_COMM_WORLD_SIZE:-$SLURM_STEP_NUM_TASKS}
[[ $recording != *bad* ]] || exit 65
[[ $recording != *deaf* ]] || { trap '' USR1; sleep 600; }
[[ $recording == *quick* ]] && last=1 || last=12
stop=0
trap 'stop=1' USR1
iteration=$(cat "$checkpoint" 2>/dev/null || echo 0)
while ((iteration < last)); do
  sleep 0.2
  if [[ $recording != *stuck* ]]; then
    ((++iteration))
    ((rank)) || echo "{\"event\":\"iteration\",\"iteration\": $iteration}" >>"$log"
  fi
  if ((stop)); then
    ((rank)) || echo "$iteration" >"$checkpoint"
    exit 75
  fi
done
((rank)) || echo "$size ranks, $iteration iterations, $SLURM_JOB_NUM_NODES nodes" >"$model"
PROGRAM
chmod +x "$folder/program"
export GANGLION=$folder/program
cd "$folder"
# Job files find what they share below the folder they are submitted from.
ln -s "$OLDPWD/Jobs" Jobs

failures=0
expect() {
  local what=$1 actual=$2 wanted=$3
  if [[ $actual == "$wanted" ]]; then
    echo "ok    $what: $actual"
  else
    echo "FAIL  $what: $actual instead of $wanted"
    failures=$((failures + 1))
    # shellcheck disable=SC2012 # our own file names
    tail -n 20 "$(ls -t "$folder"/ganglion-*.log | head -n 1)"
  fi
}

submit() { slurm sbatch --parsable "$@"; }
field() { slurm scontrol show job "$1" | grep -o "\b$2=[^ ]*" | head -n 1 | cut -d= -f2; }

# Waits until a job's field has a value; prints the last one.
await() {
  local job=$1 name=$2 pattern=$3 value='' end=$((SECONDS + $4))
  while ((SECONDS < end)); do
    value=$(field "$job" "$name")
    # shellcheck disable=SC2053 # a pattern on purpose
    [[ $value != $pattern ]] || break
    sleep 0.2
  done
  echo "$value"
}
ended='@(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)'
shopt -s extglob
started() { until grep -q iteration "$1" 2>/dev/null; do sleep 0.2; done; }

# The time limit of a job cannot be less than a minute: this one ends last.
limit=$(submit --nodes=1 --time=1 --signal=B:USR1@1 Jobs/fit-recording.sbatch deaf.h5 limit)

if [[ -x $built/GanglionPackageTests.xctest ]]; then
  code=0
  slurm env GANGLION_RANK_TESTS=1 srun --mpi=pmix --nodes=3 "$built/GanglionPackageTests.xctest" \
    --testing-library swift-testing --filter MPITests.RankTests >ganglion-ranks.log 2>&1 || code=$?
  expect "rank tests on 3 nodes" "$code" 0
fi
if [[ -x $built/ganglion ]]; then
  code=0
  slurm srun --mpi=none --nodes=3 "$built/ganglion" doctor >ganglion-none.log 2>&1 || code=$?
  expect "srun without MPI" "$code" 78
  expect "its message, once" "$(grep -c 'do not know of each other' ganglion-none.log)" 1
  code=0
  slurm srun --mpi=none --nodes=1 "$built/ganglion" doctor --no-files >ganglion-one.log 2>&1 || code=$?
  expect "a lone task of srun" "$code" 0
fi

job=$(LAUNCHER=mpirun submit --nodes=3 Jobs/fit-recording.sbatch good.h5 over-mpirun)
expect "fit with mpirun" "$(await "$job" JobState "$ended" 40)" COMPLETED
expect "its result" "$(cat over-mpirun)" "3 ranks, 12 iterations, 3 nodes"

job=$(LAUNCHER=srun submit --nodes=3 Jobs/train-task.sbatch good over-srun)
expect "training with srun" "$(await "$job" JobState "$ended" 40)" COMPLETED
expect "its result" "$(cat over-srun)" "3 ranks, 12 iterations, 3 nodes"

printf '%s\n' a.h5 bad.h5 c.h5 >animals.txt
job=$(submit --array=1-3 Jobs/fit-array.sbatch animals.txt models)
expect "array, task 1" "$(await "${job}_1" JobState "$ended" 40)" COMPLETED
expect "array, bad task" "$(await "${job}_2" JobState "$ended" 40)" FAILED
expect "its exit code" "$(field "${job}_2" ExitCode)" 65:0
expect "array, task 3" "$(await "${job}_3" JobState "$ended" 40)" COMPLETED
expect "its result" "$(cat models/c-model.h5)" "1 ranks, 12 iterations, 1 nodes"

printf '%s\n' '--optimizer sofo' '--optimizer adam' >sweep.txt
job=$(submit --array=1-2 Jobs/train-sweep.sbatch task sweep.txt runs)
expect "sweep, task 2" "$(await "${job}_2" JobState "$ended" 40)" COMPLETED

for launcher in mpirun srun; do
  job=$(LAUNCHER=$launcher RUNS=1 submit --nodes=3 Jobs/scaling-study.sbatch "study-$launcher" fit quick)
  expect "scaling study ($launcher)" "$(await "$job" JobState "$ended" 40)" COMPLETED
  expect "its runs" "$(sort "study-$launcher/runs.txt" | paste -sd' ')" \
    "nodes-1-run-0 nodes-1-run-1 nodes-2-run-0 nodes-2-run-1 nodes-3-run-0 nodes-3-run-1"
  expect "its run on 2 nodes" "$(cat "study-$launcher/result-2.h5")" "2 ranks, 1 iterations, 3 nodes"

  job=$(LAUNCHER=$launcher submit --nodes=2 Jobs/fit-recording.sbatch good.h5 "warned-$launcher")
  started "warned-$launcher.jsonl"
  slurm scancel --batch --signal=USR1 "$job"
  expect "warned job ($launcher) is requeued" "$(await "$job" Restarts 1 20)" 1
  expect "and finishes" "$(await "$job" JobState "$ended" 60)" COMPLETED
  expect "its result" "$(cat "warned-$launcher")" "2 ranks, 12 iterations, 2 nodes"
  expect "iterations done in all" "$(grep -c '"event":"iteration"' "warned-$launcher.jsonl")" 12
done

if [[ -x $built/ganglion ]]; then
  echo "== the real program, warned, requeued, and finishing with the same weights"
  "$built/ganglion" generate chaotic --neurons 1200 --frames 400 --seed 3 -o real.h5 --quiet
  flags=(--alpha 0.1 --lambda 1e-4 --tolerance 1e-10 --iterations 150 --checkpoint-every 0.005)
  job=$(GANGLION=$built/ganglion LAUNCHER=mpirun submit --nodes=2 Jobs/fit-recording.sbatch \
    real.h5 undisturbed "${flags[@]}")
  expect "fit over 2 nodes" "$(await "$job" JobState "$ended" 120)" COMPLETED
  job=$(GANGLION=$built/ganglion LAUNCHER=mpirun submit --nodes=2 Jobs/fit-recording.sbatch \
    real.h5 warned-real "${flags[@]}")
  until grep -q '"event":"progress"' warned-real.jsonl 2>/dev/null || [[ -e warned-real ]]; do
    sleep 0.1
  done
  slurm scancel --batch --signal=USR1 "$job"
  expect "warned fit is requeued" "$(await "$job" Restarts 1 30)" 1
  expect "and finishes" "$(await "$job" JobState "$ended" 120)" COMPLETED
  expect "with the same weights" "$(h5diff -q undisturbed warned-real /W && echo same)" same
fi

job=$(submit --nodes=1 Jobs/fit-recording.sbatch stuck.h5 stuck)
expect "stuck job starts" "$(await "$job" JobState RUNNING 20)" RUNNING
echo 0 >stuck.jsonl.requeue
sleep 1
slurm scancel --batch --signal=USR1 "$job"
expect "no requeue without progress" "$(await "$job" JobState "$ended" 30)" FAILED
expect "its exit code" "$(field "$job" ExitCode)" 75:0

job=$(MAX_REQUEUES=0 submit --nodes=1 Jobs/fit-recording.sbatch good.h5 capped)
started capped.jsonl
slurm scancel --batch --signal=USR1 "$job"
expect "no requeue beyond the cap" "$(await "$job" JobState "$ended" 30)" FAILED

job=$(submit --nodes=1 Jobs/fit-recording.sbatch deaf.h5 cancelled)
expect "job to cancel starts" "$(await "$job" JobState RUNNING 20)" RUNNING
slurm scancel "$job"
expect "cancelled job" "$(await "$job" JobState "$ended" 30)" CANCELLED

expect "job over its time limit" "$(await "$limit" JobState "$ended" 150)" TIMEOUT

((failures == 0)) || { echo "$failures failures"; exit 1; }
echo "all jobs ended as they should, in $SECONDS s"
