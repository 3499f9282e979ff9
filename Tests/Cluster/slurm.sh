#!/usr/bin/env bash
# Submits the files of Jobs/ to a real Slurm of four nodes (Scripts/slurm-sandbox) and
# checks how each job ends: over 4 nodes with either launcher, an array with a failing
# task, warned and requeued, without progress, cancelled, over its time limit.
#
# What a job must survive is tried with a stand-in for the program first, which keeps the
# contract of `ganglion` towards a job: the flags, a log with "iteration" events, a
# checkpoint, exit code 75 after USR1; it takes as long as the test needs. The program
# itself then fits over 4 nodes, trains, fills an array, makes scaling studies, and is
# warned and requeued.
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
[[ $recording != *deaf* ]] || { trap '' USR1; exec sleep 600; }
# Long enough to be warned even where the machine is busy.
[[ $recording == *long* ]] && last=300 || last=12
stop=0
# TERM is what the launcher sends the ranks that are still on their way out after one has
# left: like the program, they keep their own exit code.
trap 'stop=1' USR1 TERM
rm -f "$model.stopped.$rank"
# A run speaks only when every rank hears signals, as the program's does.
ready=$model.ready.${SLURM_RESTART_COUNT:-0}
touch "$ready.$rank"
until [[ $(printf '%s\n' "$ready".* | wc -l) == "$size" ]]; do sleep 0.01; done
iteration=$(cat "$checkpoint" 2>/dev/null || echo 0)
while ((iteration < last)); do
  sleep 0.2
  if [[ $recording != *stuck* ]]; then
    ((++iteration))
    ((rank)) || echo "{\"event\":\"iteration\",\"iteration\": $iteration}" >>"$log"
  fi
  if ((stop)); then
    ((rank)) || echo "$iteration" >"$checkpoint"
    # None leaves before all have stopped, as MPI_Finalize has it.
    touch "$model.stopped.$rank"
    until [[ $(printf '%s\n' "$model".stopped.* | wc -l) == "$size" ]]; do sleep 0.01; done
    sleep "0.$((RANDOM % 3))"
    exit 75
  fi
done
((rank)) || echo "$size ranks, $iteration iterations, $SLURM_JOB_NUM_NODES nodes" >"$model"
PROGRAM
chmod +x "$folder/program"
export GANGLION=$folder/program
cd "$folder"
# Job files find what they share beside themselves, from whatever folder they are submitted.
jobs=$OLDPWD/Jobs

failures=0
expect() {
  local what=$1 actual=$2 wanted=$3
  if [[ $actual == "$wanted" ]]; then
    echo "ok    $what: $actual"
  else
    echo "FAIL  $what: $actual instead of $wanted"
    failures=$((failures + 1))
    # shellcheck disable=SC2012 # our own file names
    tail -n 20 "$({ ls "$folder"/ganglion-*-"${job:-none}".log || ls -t "$folder"/ganglion-*.log; } \
      2>/dev/null | head -n 1)"
  fi
}

submit() { slurm sbatch --parsable "$@"; }
field() { slurm scontrol show job "$1" | grep -o "\b$2=[^ ]*" | head -n 1 | cut -d= -f2; }

# Waits until a job's field has a value, some seconds at most; prints the last one.
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
limit=$(submit --nodes=1 --time=1 --signal=B:USR1@1 "$jobs/fit-recording.sbatch" deaf.h5 limit)

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

job=$(LAUNCHER=mpirun submit --nodes=3 "$jobs/fit-recording.sbatch" good.h5 over-mpirun)
expect "fit with mpirun" "$(await "$job" JobState "$ended" 180)" COMPLETED
expect "its result" "$(cat over-mpirun)" "3 ranks, 12 iterations, 3 nodes"

job=$(LAUNCHER=srun submit --nodes=3 "$jobs/train-task.sbatch" good over-srun)
expect "training with srun" "$(await "$job" JobState "$ended" 180)" COMPLETED
expect "its result" "$(cat over-srun)" "3 ranks, 12 iterations, 3 nodes"

for launcher in mpirun srun; do
  job=$(LAUNCHER=$launcher submit --nodes=2 "$jobs/fit-recording.sbatch" good.h5 "warned-$launcher")
  started "warned-$launcher.jsonl"
  slurm scancel --batch --signal=USR1 "$job"
  expect "warned job ($launcher) is requeued" "$(await "$job" Restarts 1 180)" 1
  expect "and finishes" "$(await "$job" JobState "$ended" 180)" COMPLETED
  expect "its result" "$(cat "warned-$launcher")" "2 ranks, 12 iterations, 2 nodes"
  expect "iterations done in all" "$(grep -c '"event":"iteration"' "warned-$launcher.jsonl")" 12
done

# TERM asks for a checkpoint and exit code 75, too, but whoever cancels a job wants it gone.
job=$(submit --nodes=1 "$jobs/fit-recording.sbatch" long.h5 cancelled)
started cancelled.jsonl
slurm scancel "$job"
expect "cancelled job" "$(await "$job" JobState "$ended" 180)" CANCELLED
expect "it stays out of the queue" "$(field "$job" Restarts)" 0

job=$(submit --nodes=1 "$jobs/fit-recording.sbatch" stuck.h5 stuck)
expect "stuck job starts" "$(await "$job" JobState RUNNING 180)" RUNNING
echo 0 >stuck.jsonl.requeue
# Its script hears signals from the moment it has started the program.
until [[ -e stuck.ready.0.0 ]]; do sleep 0.2; done
slurm scancel --batch --signal=USR1 "$job"
expect "no requeue without progress" "$(await "$job" JobState "$ended" 180)" FAILED
expect "its exit code" "$(field "$job" ExitCode)" 75:0

job=$(submit --nodes=1 --no-requeue "$jobs/fit-recording.sbatch" long.h5 never)
started never.jsonl
slurm scancel --batch --signal=USR1 "$job"
expect "a site that requeues no jobs" "$(await "$job" JobState "$ended" 180)" FAILED
expect "its message" "$(grep -c 'this site requeues no jobs' "ganglion-fit-$job.log")" 1

# A copy of a job file alone, and an installed program on the PATH.
mkdir -p site/bin site/share/ganglion
cp "$folder/program" site/bin/ganglion
cp -r "$jobs" site/share/ganglion/
cp "$jobs/fit-recording.sbatch" own.sbatch
job=$(GANGLION='' PATH=$folder/site/bin:$PATH submit --nodes=1 own.sbatch good.h5 by-a-copy)
expect "a copied job file" "$(await "$job" JobState "$ended" 180)" COMPLETED
job=$(submit --nodes=1 own.sbatch good.h5 lost)
expect "without what it needs" "$(await "$job" JobState "$ended" 180)" FAILED
expect "its message" "$(grep -c 'GANGLION_JOBS names its folder' "ganglion-fit-$job.log")" 1

# MPICH's launcher starts ranks by flags of its own: a stand-in says which.
mkdir hydra
cat >hydra/mpirun <<'LAUNCHER'
#!/bin/sh
[ "$1" != --version ] || exec echo "HYDRA build details:"
echo "$1 $2 $3 $4 $5 $6" >launched
shift 6
OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 exec "$@"
LAUNCHER
chmod +x hydra/mpirun
job=$(LAUNCHER=mpirun PATH=$folder/hydra:$PATH submit --nodes=2 "$jobs/fit-recording.sbatch" good.h5 by-hydra)
expect "fit with MPICH's launcher" "$(await "$job" JobState "$ended" 180)" COMPLETED
expect "its flags" "$(cat launched)" "-n 2 -ppn 1 -bind-to core:2"

job=$(MAX_REQUEUES=0 submit --nodes=1 "$jobs/fit-recording.sbatch" long.h5 capped)
started capped.jsonl
slurm scancel --batch --signal=USR1 "$job"
expect "no requeue beyond the cap" "$(await "$job" JobState "$ended" 180)" FAILED

program_itself() {
  export GANGLION=$built/ganglion
  local job numbers launcher flags
  "$GANGLION" generate chaotic --neurons 60 --frames 100 --seed 3 -o tiny.h5 --quiet
  echo "this is no recording" >bad.h5
  cp tiny.h5 c.h5

  printf '%s\n' tiny.h5 bad.h5 c.h5 >animals.txt
  job=$(submit --array=1-3 "$jobs/fit-array.sbatch" animals.txt models --lambda 1e-3)
  expect "array, task 1" "$(await "${job}_1" JobState "$ended" 180)" COMPLETED
  expect "array, bad task" "$(await "${job}_2" JobState "$ended" 180)" FAILED
  expect "its exit code" "$(field "${job}_2" ExitCode)" 65:0
  expect "array, task 3" "$(await "${job}_3" JobState "$ended" 180)" COMPLETED
  expect "their results" "$(echo models/*.h5)" "models/c-model.h5 models/tiny-model.h5"

  # A job file of a plan: Slurm takes it, and it fits what it was planned for.
  "$GANGLION" plan --recording c.h5 --nodes 2 --ranks-per-node 1 --threads 2 --lambda 1e-3 \
    --sbatch planned.sbatch >planned.log
  sed -i 's/^#SBATCH --mem=.*/#SBATCH --mem=0/' planned.sbatch # the nodes tell no memory
  local code=0
  slurm sbatch --test-only planned.sbatch 2>>planned.log || code=$?
  expect "a planned job, tested" "$code" 0
  job=$(submit planned.sbatch --alpha 0.1)
  expect "a planned job" "$(await "$job" JobState "$ended" 180)" COMPLETED
  expect "its result" "$(h5ls c-model.h5/W)" "W                        Dataset {60, 60}"

  flags=(--hidden 8 --steps 20 --batch 4 --iterations 3)
  printf '%s\n' '--optimizer sofo --tangents 4' '--optimizer adam' >sweep.txt
  job=$(submit --array=1-2 "$jobs/train-sweep.sbatch" flipflop sweep.txt runs "${flags[@]}")
  expect "sweep, task 1" "$(await "${job}_1" JobState "$ended" 180)" COMPLETED
  expect "sweep, task 2" "$(await "${job}_2" JobState "$ended" 180)" COMPLETED

  for launcher in mpirun srun; do
    export LAUNCHER=$launcher
    job=$(submit --nodes=3 "$jobs/train-task.sbatch" flipflop "trained-$launcher.h5" "${flags[@]}" --tangents 6)
    expect "training over 3 nodes ($launcher)" "$(await "$job" JobState "$ended" 180)" COMPLETED
    job=$(submit --nodes=3 "$jobs/scaling-study.sbatch" "study-$launcher" --runs 1 -- \
      fit tiny.h5 --lambda 1e-3)
    expect "scaling study ($launcher)" "$(await "$job" JobState "$ended" 120)" COMPLETED
    expect "its runs" "$(cd "study-$launcher" && echo *.jsonl)" \
      "$(printf 'ranks-%s-threads-2-run-%s.jsonl ' 1 0 1 1 2 0 2 1 3 0 3 1)study.jsonl"
    expect "its report" "$(grep -c '^ *[123] *2 ' "study-$launcher/report.txt")" 3
  done
  unset LAUNCHER

  submission=(scaling submitted --submit --job-file "$jobs/scaling-study.sbatch" --ranks "1,2" --runs 1)
  numbers=$(slurm "$GANGLION" "${submission[@]}" -- fit tiny.h5 \
    --lambda 1e-3 | sed -n 's/.*submitted as job //p')
  expect "study submitted size by size" "$(wc -w <<<"$numbers")" 2
  for job in $numbers; do
    expect "its job $job" "$(await "$job" JobState "$ended" 180)" COMPLETED
  done
  expect "nothing is submitted twice" "$(slurm "$GANGLION" "${submission[@]}" -- \
    fit tiny.h5 --lambda 1e-3 | grep -c ': done')" 2

  job=$(submit --nodes=1 "$jobs/scaling-study.sbatch" warned-study --ranks 1 --runs 12 -- \
    train flipflop "${flags[@]}" --tangents 4)
  until [[ -e warned-study/ranks-1-threads-2-run-1.jsonl ]]; do sleep 0.1; done
  slurm scancel --batch --signal=USR1 "$job"
  expect "warned study is requeued" "$(await "$job" Restarts 1 180)" 1

  "$GANGLION" generate chaotic --neurons 1200 --frames 400 --seed 3 -o real.h5 --quiet
  flags=(--alpha 0.1 --lambda 1e-4 --tolerance 1e-10 --iterations 150 --checkpoint-every 0.005)
  export LAUNCHER=mpirun
  numbers=$job
  job=$(submit --nodes=2 "$jobs/fit-recording.sbatch" real.h5 warned-real "${flags[@]}")
  until grep -q '"event":"checkpoint"' warned-real.jsonl 2>/dev/null || [[ -e warned-real ]]; do
    sleep 0.1
  done
  slurm scancel --batch --signal=USR1 "$job"
  expect "warned fit is requeued" "$(await "$job" Restarts 1 180)" 1
  expect "and finishes" "$(await "$job" JobState "$ended" 120)" COMPLETED
  expect "the warned study finishes" "$(await "$numbers" JobState "$ended" 120)" COMPLETED
  expect "with all its runs" "$(grep -c '"event":"progress"' warned-study/study.jsonl)" 13
  # To the same weights, where the tolerance is reached and not the limit of iterations.
  flags=(--alpha 0.1 --lambda 0.1 --tolerance 1e-9 --iterations 500)
  "$GANGLION" fit real.h5 -o alone "${flags[@]}" --quiet
  job=$(submit --nodes=4 "$jobs/fit-recording.sbatch" real.h5 over-four "${flags[@]}")
  expect "fit over 4 nodes" "$(await "$job" JobState "$ended" 240)" COMPLETED
  expect "with the same weights" \
    "$(h5diff -q --delta=1e-6 over-four alone /W && echo same)" same
}
if [[ -x $built/ganglion ]]; then program_itself; fi

expect "job over its time limit" "$(await "$limit" JobState "$ended" 150)" TIMEOUT

((failures == 0)) || { echo "$failures failures"; exit 1; }
echo "all jobs ended as they should, in $SECONDS s"
