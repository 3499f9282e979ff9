#!/usr/bin/env bash
# Runs ranks on three hosts that talk over TCP only, started by mpirun through ssh: three
# network namespaces of this machine, each with its own name, address and sshd, joined
# by a switch. Checks the communication layer, that a fit is the same as on one host, by the job
# files of PBS and LSF too, and that a link that goes down ends the job.
#
# Usage: Tests/Cluster/hosts.sh [FOLDER]     FOLDER with the program: .build/debug by default
# Needs root. Exits 77 where namespaces, sshd or the program are missing, and says so.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "hosts.sh: skipped: $*" >&2
  exit 77
}

built=$(realpath "${1:-.build/debug}")
program=$built/ganglion
tests=$built/GanglionPackageTests.xctest
[[ -x $program ]] || skip "there is no program at $program"
[[ $(id -u) == 0 ]] || skip "network namespaces need root"
for tool in ip ssh ssh-keygen mpirun h5diff unshare; do
  command -v "$tool" >/dev/null || skip "$tool is not installed; run Scripts/bootstrap"
done
sshd=$(command -v sshd || echo /usr/sbin/sshd)
[[ -x $sshd ]] || skip "sshd is not installed; run Scripts/bootstrap"

folder=$(mktemp -d)
name=ganglion$$
subnet=10.77.31
hosts=(1 2 3)

inside() { # HOST COMMAND...: runs a command in a host's network and under its name
  local host=$1
  shift
  ip netns exec "$name-$host" nsenter --uts="$folder/uts-$host" -- "$@"
}

finally() {
  local host
  for host in "${hosts[@]}"; do
    if [[ -e $folder/sshd-$host.pid ]]; then kill "$(<"$folder/sshd-$host.pid")" 2>/dev/null || true; fi
    # What still runs in the namespace belongs to this test.
    ip netns pids "$name-$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$name-$host" 2>/dev/null || true
    umount "$folder/uts-$host" 2>/dev/null || true
  done
  ip netns del "$name-switch" 2>/dev/null || true
  rm -rf "$folder"
}
trap finally EXIT

# The switch, in a namespace of its own, so that this machine's network stays as it is.
ip netns add "$name-switch" 2>/dev/null || skip "this machine does not permit network namespaces"
ip -n "$name-switch" link add switch type bridge 2>/dev/null || skip "the kernel has no bridges"
ip -n "$name-switch" link set switch up
ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
mkdir -p /run/sshd
for host in "${hosts[@]}"; do
  ip netns add "$name-$host"
  ip link add eth0 netns "$name-$host" type veth peer name "port$host" netns "$name-switch" \
    2>/dev/null || skip "the kernel has no veth links"
  ip -n "$name-switch" link set "port$host" master switch up
  ip -n "$name-$host" link set lo up
  ip -n "$name-$host" address add "$subnet.$host/24" dev eth0
  ip -n "$name-$host" link set eth0 up
  touch "$folder/uts-$host"
  unshare --uts="$folder/uts-$host" hostname "host$host" || skip "no host names of their own"
  ssh-keygen -q -t ed25519 -N '' -f "$folder/hostkey-$host"
  cat >"$folder/sshd-$host.conf" <<CONF
ListenAddress $subnet.$host
HostKey $folder/hostkey-$host
AuthorizedKeysFile $folder/key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
StrictModes no
UsePAM no
PidFile $folder/sshd-$host.pid
CONF
  inside "$host" "$sshd" -f "$folder/sshd-$host.conf" -E "$folder/sshd-$host.log"
  echo "$subnet.$host slots=2" >>"$folder/hosts"
done

# ssh notices a dead link after 20 s, long after mpirun should have (7 s, see below): it is
# the second net, for when mpirun has something under way to the lost host, as its own probes
# are sent on quiet connections only.
cat >"$folder/remote-shell" <<SHELL
#!/bin/sh
exec ssh -q -i "$folder/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
  -o ServerAliveInterval=5 -o ServerAliveCountMax=4 "\$@"
SHELL
chmod +x "$folder/remote-shell"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_io=^ompio
across() { # RANKS COMMAND...: runs a command on that many ranks, dealt to the hosts in turn
  local ranks=$1
  shift
  inside 1 mpirun -n "$ranks" --hostfile "$folder/hosts" --map-by node --bind-to none \
    --timeout "${limit:-120}" --mca plm_rsh_agent "$folder/remote-shell" --mca btl tcp,self \
    --mca btl_tcp_if_include "$subnet.0/24" --mca oob_tcp_if_include "$subnet.0/24" \
    --mca oob_tcp_keepalive_time 4 --mca oob_tcp_keepalive_intvl 1 \
    --mca oob_tcp_keepalive_probes 3 --mca mpi_yield_when_idle 1 \
    -x OMPI_MCA_io -x OPENBLAS_NUM_THREADS=1 "$@"
}
sent() { # bytes that all hosts have sent so far
  local host total=0
  for host in "${hosts[@]}"; do
    total=$((total + $(ip netns exec "$name-$host" cat /sys/class/net/eth0/statistics/tx_bytes)))
  done
  echo "$total"
}

failures=0
expect() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok    $what"; else
    echo "FAIL  $what"
    failures=$((failures + 1))
  fi
}

echo "== three hosts"
across 3 hostname | sort | tee "$folder/names"
expect "one rank on each" test "$(paste -sd' ' "$folder/names")" = "host1 host2 host3"

if [[ -x $tests ]]; then
  echo "== the tests of the communication layer on 5 ranks"
  passed=0
  across 5 "$tests" --testing-library swift-testing --filter MPITests.RankTests \
    >"$folder/tests.log" 2>&1 || passed=$?
  ((passed == 0)) || tail -n 40 "$folder/tests.log"
  expect "they pass" test "$passed" -eq 0
fi

echo "== doctor on 6 ranks"
across 6 "$program" doctor --threads 1 --directory "$folder" | tee "$folder/doctor"
expect "it sees three hosts" grep -q "6 ranks on 3 hosts" "$folder/doctor"
across 3 "$program" doctor --threads 1 --no-files --json >"$folder/machine.json"

here() { # COMMAND...: the same on three ranks of this host
  mpirun -n 3 --oversubscribe --bind-to none "$@"
}
# A run across the hosts, with what it sent, and how long its ranks were inside MPI.
measured() { # COMMAND...
  local before
  before=$(sent)
  across 3 "$@" >"$folder/measured"
  awk -v sent="$(($(sent) - before))" '
    /^in MPI/ { share = $(NF - 1) }
    END { printf "measured: %.2f MB sent between hosts, %s %% of the time in MPI\n", sent / 1e6, share }
  ' "$folder/measured" | tee "$folder/bytes"
}
planned() { # fit|train FLAGS...
  "$program" plan "$@" --machine "$folder/machine.json" --nodes 3 --ranks-per-node 1 --threads 1 \
    | grep "between nodes" | tee "$folder/planned"
  expect "the planned bytes are the measured ones but for a quarter" agree
}
agree() {
  awk '
    FNR == NR { planned = $4; next }
    /^measured/ { measured = $2 }
    END { exit !(planned > 0.75 * measured && planned < 1.25 * measured) }
  ' "$folder/planned" "$folder/bytes"
}

echo "== the same fit on one host and on three"
"$program" generate chaotic --neurons 600 --frames 600 --seed 3 -o "$folder/recording.h5" --quiet
fit=("$program" fit "$folder/recording.h5" --alpha 0.1 --lambda 1e-4 --scale none --threads 1)
here "${fit[@]}" -o "$folder/local.h5" --quiet
measured "${fit[@]}" --timings -o "$folder/across.h5"
planned fit --neurons 600 --frames 600
# Weights are of the order of 0.06, and rounding is of that order, not of each weight near zero.
expect "the same weights" h5diff -q --delta=1e-9 "$folder/local.h5" "$folder/across.h5" /W

echo "== the same fit by the job files of PBS and LSF, with the variables that these set"
twin() { # MODEL JOB-FILE VARIABLES...: runs a job file as its first host does
  local model=$1 file=$2
  shift 2
  (cd "$folder" && inside 1 env RECORDING=recording.h5 MODEL="$model" GANGLION="$program" \
    FLAGS="--alpha 0.1 --lambda 1e-4 --scale none" OMPI_MCA_plm_rsh_agent="$folder/remote-shell" \
    OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include="$subnet.0/24" \
    OMPI_MCA_oob_tcp_if_include="$subnet.0/24" OMPI_MCA_mpi_yield_when_idle=1 "$@" \
    bash "$OLDPWD/$file" >"$model.log" 2>&1) || tail -n 20 "$folder/$model.log"
  expect "$file: the same weights" h5diff -q --delta=1e-9 "$folder/local.h5" "$folder/$model" /W
  expect "on three hosts" grep -q '"hosts":3' "$folder/$model.jsonl"
}
printf "$subnet.%s\n" "${hosts[@]}" >"$folder/nodes"
twin pbs.h5 Jobs/fit-recording.pbs PBS_O_WORKDIR="$folder" PBS_NODEFILE="$folder/nodes" OMP_NUM_THREADS=1
twin lsf.h5 Jobs/fit-recording.lsf LSB_DJOB_NUMPROC=3 LSB_DJOB_HOSTFILE="$folder/nodes"

echo "== the same training on one host and on three"
train=("$program" train flipflop --hidden 32 --steps 50 --batch 12 --tangents 12 --iterations 20
  --precision double --threads 1)
here "${train[@]}" --quiet -o "$folder/local-run.h5"
measured "${train[@]}" --timings -o "$folder/across-run.h5"
planned train flipflop --hidden 32 --steps 50 --batch 12 --tangents 12 --iterations 20 \
  --precision double
expect "the same parameters" h5diff -q --relative=1e-6 "$folder/local-run.h5" \
  "$folder/across-run.h5" /parameters

echo "== a link goes down, and the run goes on once it is up again"
limit=60
"$program" generate chaotic --neurons 2400 --frames 300 --seed 3 -o "$folder/long.h5" --quiet
long=("$program" fit "$folder/long.h5" --alpha 0.1 --lambda 0.1 --threads 1 --iterations 500
  --tolerance 1e-9)
here "${long[@]}" -o "$folder/uncut.h5" --quiet
long+=(-o "$folder/cut.h5" --checkpoint "$folder/cut.checkpoint" --checkpoint-every 0.001)
across 3 "${long[@]}" >"$folder/cut.log" 2>&1 &
job=$!
until [[ -e $folder/cut.checkpoint ]] || ! kill -0 "$job" 2>/dev/null; do sleep 0.05; done
ip -n "$name-switch" link set port3 down
SECONDS=0
code=0
wait "$job" || code=$?
echo "exit code $code after $SECONDS s"
# Whoever notices first ends the job: mpirun with its own code for a host that it lost, or ssh,
# whose code mpirun hands on.
case $code in
  205) reason="lost communication with a remote daemon" ;;
  255) reason="unable to reliably start one or more daemons" ;;
  *) reason="" ;;
esac
expect "mpirun ends the job with code 205, or ssh's 255" test -n "$reason"
expect "and says why" grep -q "${reason:-no such code}" "$folder/cut.log"
expect "within a minute" test "$SECONDS" -lt 60
expect "no result under the final name" test ! -e "$folder/cut.h5"
ip -n "$name-switch" link set port3 up
# The ranks of the host that was lost end by themselves once their daemon has noticed.
limit=120
across 3 "${long[@]}" >"$folder/again.log" 2>&1 || { tail -n 20 "$folder/again.log"; false; }
expect "the run goes on from its checkpoint" grep -q "resumed from" "$folder/again.log"
expect "to the same weights" h5diff -q --delta=1e-6 "$folder/uncut.h5" "$folder/cut.h5" /W

((failures == 0)) || { echo "$failures failures"; exit 1; }
