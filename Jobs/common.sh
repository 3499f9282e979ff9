# shellcheck shell=bash
# What all job files share; they source it. Settings a cluster needs changed stand in the
# job files themselves.

# Settings of the libraries, and one line in the output that says where the job runs.
prepare() {
  # One BLAS thread a core that the rank was given. OMP_PROC_BIND stays unset: under it,
  # OpenMP builds of OpenBLAS drop to one thread.
  export OPENBLAS_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
  export OMP_NUM_THREADS=$OPENBLAS_NUM_THREADS
  unset OMP_PROC_BIND
  # From Slurm 22.05 on, srun does not inherit --cpus-per-task.
  export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}
  # Parallel file systems (Lustre, NFS) often refuse file locks, and HDF5 needs none here.
  export HDF5_USE_FILE_LOCKING=FALSE
  # Open MPI's own MPI-IO can deadlock in collective HDF5 writes; ROMIO does not (its name has a
  # version: romio321, romio341).
  export OMPI_MCA_io=${OMPI_MCA_io:-^ompio}
  if [[ $(id -u) == 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  # The program of the checkout or the installation that has this file, else the one on the PATH.
  local here built
  here=$(dirname "${BASH_SOURCE[0]}")
  built=$here/../.build/release/ganglion
  [[ -x $built ]] || built=$here/../../../bin/ganglion
  [[ -x $built ]] || built=$(command -v ganglion || echo "$here/../.build/release/ganglion")
  ganglion=${GANGLION:-$built}
  [[ -x $ganglion ]] || {
    echo "no program at $ganglion: build it (swift build -c release), or set GANGLION" >&2
    exit 66
  }
  # How srun starts ranks: some sites name a version of PMIx (pmix_v4), and MPICH asks for pmi2.
  export SRUN_MPI=${SRUN_MPI:-pmix}
  launcher=${LAUNCHER:-$(srun --mpi=list 2>&1 | grep -qw "$SRUN_MPI" && echo srun || echo mpirun)}
  echo "job $SLURM_JOB_ID, start ${SLURM_RESTART_COUNT:-0}: $launcher, $SLURM_NTASKS ranks on" \
    "$SLURM_JOB_NODELIST, $OPENBLAS_NUM_THREADS threads a rank, $(date '+%F %T')"
}

# Sets `flags` to the flags after --, and before them those of the pairs of flag and value in
# front of -- that they do not give themselves: the program takes each flag once.
#   with_defaults --threads 4 --resume auto -- "$@"
with_defaults() {
  local pairs=()
  while [[ $1 != -- ]]; do
    pairs+=("$1" "$2")
    shift 2
  done
  shift
  flags=()
  local i
  for ((i = 0; i < ${#pairs[@]}; i += 2)); do
    [[ " $* " == *" ${pairs[i]}"[\ =]* ]] || flags+=("${pairs[i]}" "${pairs[i + 1]}")
  done
  flags+=("$@")
}

# Runs the program on all ranks; sets `code` to its exit code.
run_ranks() {
  local each=$((SLURM_NTASKS / SLURM_JOB_NUM_NODES)) cores=${SLURM_CPUS_PER_TASK:-1}
  # Left alone, mpirun binds each rank to one core, whatever its number of threads.
  local start=(mpirun -n "$SLURM_NTASKS" --bind-to core:overload-allowed
    --map-by "ppr:$each:node:PE=$cores")
  if [[ $launcher == srun ]]; then
    start=(srun --mpi="$SRUN_MPI" --cpu-bind=cores --kill-on-bad-exit=1)
  elif [[ $(mpirun --version 2>&1) == *HYDRA* ]]; then
    # MPICH's launcher, and Intel's.
    start=(mpirun -n "$SLURM_NTASKS" -ppn "$each" -bind-to "core:$cores")
  fi
  run_step "${start[@]}" "$ganglion" "$@"
}

# Runs a command in the background, so that this shell hears Slurm's signals and can pass them
# on. Sets `code` to the command's exit code, and `ended` if Slurm ends the job: it was
# cancelled, or is out of time.
run_step() {
  "$@" &
  local step=$! signalled=0
  ended=0
  trap 'signalled=1; echo "warned by Slurm: asking for a checkpoint"; kill -USR1 "$step"' USR1
  trap 'signalled=1 ended=1; echo "ended by Slurm: asking for a checkpoint"
    kill -USR1 "$step"' TERM
  while true; do
    signalled=0 code=0
    wait "$step" || code=$?
    # A signal ends `wait` early; the step is still at work.
    ((signalled)) || break
  done
  trap - USR1 TERM
}

# Ends the job with `code`; exit code 75 (stopped at a checkpoint) puts it back into the
# queue instead, unless Slurm ended it, it was put back too often, or it has not advanced since
# the last time.
#   $1: the log file of the run; $2: what marks an achievement in it: an iteration, or a
#   checkpoint with more neurons or folds than the one before.
finish() {
  local log=$1 mark=${2:-'"event":"\(iteration\|checkpoint\)"'} note=$1.requeue before=-1 now
  if [[ $code != 75 ]]; then
    rm -f "$note"
    echo "job $SLURM_JOB_ID ends with exit code $code"
    exit "$code"
  fi
  if ((ended)); then
    echo "stopped at a checkpoint because Slurm ended the job (cancelled, or out of time):" \
      "submit the same command again to go on" >&2
    exit 75
  fi
  now=$(grep -c -- "$mark" "$log" 2>/dev/null || true)
  if [[ -e $note ]]; then before=$(<"$note"); fi
  if ((${SLURM_RESTART_COUNT:-0} >= ${MAX_REQUEUES:-20})); then
    echo "stopped at a checkpoint, but requeued ${SLURM_RESTART_COUNT} times already:" \
      "submit the same command again to go on, with more time (--time) or MAX_REQUEUES" >&2
    exit 75
  fi
  if ((now <= before)); then
    echo "stopped at a checkpoint, but nothing was achieved since the last requeue:" \
      "a step takes longer than the job may; submit again with more time (--time)" >&2
    exit 75
  fi
  echo "$now" >"$note"
  echo "stopped at a checkpoint after $now steps in all; back into the queue"
  scontrol requeue "$SLURM_JOB_ID" || {
    echo "this site requeues no jobs: submit the same command again to go on" >&2
    exit 75
  }
  # Slurm ends this shell; should it be slow, the job must not count as finished.
  sleep 60
  exit 75
}
