#!/bin/bash
# A real Slurm of one node for the tests, in a folder of its own: `one-node.sh start FOLDER`, then `one-node.sh stop FOLDER`.
# Needs root and the Debian packages slurmctld, slurmd, slurm-client and munge: `one-node.sh install` installs them.
# Commands find the cluster by SLURM_CONF=FOLDER/slurm.conf.
set -euo pipefail

install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}

start() {
  local folder=$1 host cpus memory
  host=$(hostname -s)
  cpus=$(nproc --all)  # not as few as OMP_NUM_THREADS, which a test may have set
  memory=$(awk '/MemTotal/ {print int($2 / 1100)}' /proc/meminfo)
  mkdir -p "$folder"/{state,spool,munge}
  chmod 700 "$folder/munge"
  head -c 1024 /dev/urandom > "$folder/munge/key"
  chmod 400 "$folder/munge/key"
  cat > "$folder/slurm.conf" <<CONF
ClusterName=one-node
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MailProg=/bin/true
MpiDefault=none
KillWait=5
SchedulerParameters=sched_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
  slurmctld -f "$folder/slurm.conf"
  slurmd -f "$folder/slurm.conf"
  export SLURM_CONF=$folder/slurm.conf
  for _ in $(seq 60); do
    [ "$(sinfo --noheader --format=%T 2> /dev/null)" = idle ] && exit 0
    sleep 0.5
  done
  tail -n 20 "$folder"/slurm*.log >&2
  stop "$folder"
  exit 1
}

stop() {
  local folder=$1 file
  SLURM_CONF=$folder/slurm.conf scancel --user=root 2> /dev/null || true
  for file in "$folder/slurmd.pid" "$folder/slurmctld.pid" "$folder/munge/pid"; do
    [ -s "$file" ] && kill "$(cat "$file")" 2> /dev/null || true
  done
}

"$@"
