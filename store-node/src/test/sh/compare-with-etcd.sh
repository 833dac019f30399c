#!/usr/bin/env bash
# Runs the same etcdctl commands against a real etcd and against a store node, both on loopback and both fresh, and
# compares what they print. Ids, sizes, versions and times are masked; revisions and everything else must be equal.
#
#   compare-with-etcd.sh <folder with etcd and etcdctl> [first port, default 36500]
#
# The store node is target/dist/bin/store-node beside this script's module, or what QUORATE_STORE_NODE says (a command).
# With QUORATE_TEST_CLASSPATH (target/classes, target/test-classes and all jars) it also compares bare gRPC calls.
# Exits 1 when there is any difference, and shows it.
set -u
[ $# -ge 1 ] || { sed -n '2,10p' "$0" | cut -c3-; exit 2; }
etcd_bin=$1
port=${2:-36500}
here=$(cd "$(dirname "$0")" && pwd)
store_node=${QUORATE_STORE_NODE:-$here/../../../target/dist/bin/store-node}
work=$(mktemp -d)
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$work"; }
trap finish EXIT

start() { # name, client port, command...
  local name=$1 client=$2
  shift 2
  "$@" --name member --data-dir "$work/$name" \
    --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
    --listen-peer-urls "http://127.0.0.1:$((client + 1))" --initial-advertise-peer-urls "http://127.0.0.1:$((client + 1))" \
    --initial-cluster "member=http://127.0.0.1:$((client + 1))" >"$work/$name.log" 2>&1 &
  pids+=($!)
}
wait_for() { # client port
  for _ in $(seq 100); do
    curl -sf -o /dev/null "http://127.0.0.1:$1/readyz" && return
    sleep 0.1
  done
  echo "nothing ready on port $1" >&2
  cat "$work"/*.log >&2
  exit 1
}

# Everything below runs once for each server, with $endpoint set, and writes to standard output.
ctl() {
  { printf '$ etcdctl'; printf ' %q' "$@"; printf '\n'; } | mask
  "$etcd_bin/etcdctl" --endpoints "$endpoint" --command-timeout=10s "$@" 2>&1 | mask
  echo "exit ${PIPESTATUS[0]}"
}
ctl_in() { # standard input, arguments...
  local input=$1
  shift
  printf '%s\n' "$input" | sed 's/^/| /'
  printf '%s' "$input" | ctl "$@"
}
for_a_while() { # seconds, arguments...: prints what came until then
  local seconds=$1
  shift
  { printf '$ etcdctl'; printf ' %q' "$@"; printf '\n'; } | mask
  timeout "$seconds" "$etcd_bin/etcdctl" --endpoints "$endpoint" "$@" 2>&1 | mask
}
http() { # path, curl arguments...
  local path=$1
  shift
  echo "$ curl $* $path"
  curl -s -m 10 -i "$@" "http://$endpoint$path" | tr -d '\r' >"$work/page.$endpoint"
  head -n 1 "$work/page.$endpoint"
  sed -n '2,/^$/p' "$work/page.$endpoint" | sed -E 's/^[A-Za-z-]+:/\L&/' | grep -v '^date:\|^$' | mask | sort
  sed '1,/^$/d' "$work/page.$endpoint" | mask
  echo
}
lease=none
mask() {
  local hex=$lease dec=none
  [ "$lease" = none ] || dec=$((16#$lease))
  sed -E \
    -e "s/$hex/LEASE/g" -e "s/$dec/LEASE/g" \
    -e 's/127\.0\.0\.1:[0-9]+/HOST/g' \
    -e 's/("(cluster_id|member_id|ClusterID|MemberID|ID|memberID|leader|Leader)" ?: ?)"?[0-9]+"?/\1N/g' \
    -e 's/("(dbSize|dbSizeInUse|dbSizeQuota|raftIndex|raftAppliedIndex|raft_term|raftTerm|DBSize|DBSizeInUse|RaftIndex|RaftTerm|RaftAppliedIndex)" ?: ?)[0-9]+/\1N/g' \
    -e 's/("(version|storageVersion|Version)" ?: ?)"[0-9.]+"/\1V/g' \
    -e 's/("etcdserver":)"[^"]*","etcdcluster":"[^"]*"(,"storage":"[^"]*")?/\1V/' \
    -e 's/,"(storageVersion|dbSizeQuota|downgradeInfo)":[^,}]*//g' \
    -e 's/^[0-9a-f]{13,16}, /ID, /' -e 's/Member +[0-9a-f]{13,16}/Member ID/' \
    -e 's/took = [0-9.µm]+s/took = T/' -e 's/"took": ?"[^"]*"/"took":T/' \
    -e 's/"ts":"[^"]*"/"ts":T/' -e 's/"target":"[^"]*"/"target":T/' -e 's/"peer":"[^"]*"/"peer":P/' \
    -e 's/content-length: [0-9]+/content-length: N/' \
    -e 's/[0-9.]+ (B|kB|MB)/SIZE/g' \
    -e '/LocalAddr|retrying of unary invoker/d'
}
status_table() { # the table's frame is as wide as its content: keep the columns' names and the flags only
  echo '$ etcdctl endpoint status -w table'
  "$etcd_bin/etcdctl" --endpoints "$endpoint" endpoint status -w table 2>&1 |
    sed -E 's/[│|]/ /g; s/[─┌┬┐├┼┤└┴┘+-]//g; s/127[0-9.:]+/HOST/; s/[0-9a-f]{13,16}/ID/; s/[0-9.]+ (B|kB|MB)/SIZE/; s/ [0-9]+\.[0-9.]+/ V/; s/ [0-9]+/ N/g; s/ +/ /g'
}

keys() {
  ctl put a 1
  ctl put a 2 --prev-kv
  ctl put a 3 --prev-kv -w json
  ctl put b 1 -w fields
  ctl put c ''
  ctl put c filled --prev-kv -w json
  for key in p/1 p/2 p/3 p/4 p/5; do ctl put $key "value of $key"; done
  ctl put p/3 again
  ctl put p/1 third -w json
  for format in simple json fields; do
    ctl get a -w $format
    ctl get nothing -w $format
    ctl get p/ --prefix -w $format
    ctl get p/ --prefix --limit 2 -w $format
    ctl get p/ --prefix --keys-only -w $format
    ctl get p/ --prefix --count-only -w $format
    ctl get p/2 --from-key -w $format
    ctl get p/2 p/4 -w $format
    ctl get '' --prefix -w $format
    ctl get a --rev 2 -w $format
  done
  for order in ASCEND DESCEND; do
    for target in CREATE KEY MODIFY VALUE VERSION; do
      ctl get p/ --prefix --order $order --sort-by $target -w json
      ctl get p/ --prefix --order $order --sort-by $target --limit 2
    done
  done
  for target in CREATE KEY MODIFY VALUE VERSION; do ctl get p/ --prefix --sort-by $target --limit 3 -w json; done
  ctl get p/ --prefix --rev 8 -w json
  ctl get p/ --prefix --rev 8 --limit 1 -w json
  ctl get p/ --prefix --rev 8 --count-only -w json
  ctl get z a
  ctl get a --consistency s -w json
  ctl get --print-value-only a
  ctl get p/ --prefix --min-mod-rev 1 --max-mod-rev 9
  ctl get a --hex
  ctl get a --rev 1000
  ctl get ''
  ctl put '' value
  ctl put
  ctl put a --ignore-value
  ctl put a other --ignore-value
  ctl put missing --ignore-value
  ctl put missing value --ignore-lease
  ctl put a value --lease 1234
  ctl put missing value --lease 1234 --ignore-lease
  ctl del b
  ctl del b
  ctl del p/1 --prev-kv
  ctl del p/2 p/4 --prev-kv -w json
  ctl del p/ --prefix -w fields
  ctl del p/ --prefix
  ctl del q --from-key -w json
  ctl del ''
  ctl del a --prev-kv --prefix
}

transactions() {
  ctl put t 1
  ctl_in $'value("t") = "1"\n\nput t 2\nget t\nput u 1\n\nput t 9\n\n' txn
  ctl_in $'value("t") = "1"\n\nput t 3\n\nget t\ndel u\nget u\n\n' txn -w json
  ctl_in $'mod("t") > "0"\ncreate("t") < "1000"\nver("t") = "2"\n\nget t --rev 2\ndel t --prev-kv\n\n\n' txn -w json
  ctl_in $'ver("missing") = "0"\n\nput missing 1\n\n\n' txn -w fields
  ctl_in $'ver("missing") != "0"\n\ndel missing\n\nput missing 2\n\n' txn -w json
  ctl_in $'value("gone") = ""\n\nput gone 1\n\nput gone 2\n\n' txn
  ctl_in $'value("gone") != "x"\n\nget gone\n\nget gone -w json\n\n' txn
  ctl_in $'\nget t\nget u\n\n\n' txn -w json
  ctl_in $'\nput d 1\nput d 2\n\n\n' txn
  ctl_in $'\nput d 1\ndel d\n\n\n' txn
  ctl_in $'\ndel d\nput d 1\n\n\n' txn
  ctl_in $'\n\n\n' txn -w json
  ctl_in $'\nget t --rev 100000\n\n\n' txn
  ctl_in $'\nput x 1 --ignore-value\n\n\n' txn
  ctl_in $'\nput x 1 --lease 77\nput y 1\n\n\n' txn
  ctl get y
  local many='' i
  for i in $(seq 129); do many+="put m$i 1"$'\n'; done
  ctl_in $'\n'"$many"$'\n\n' txn
  ctl get m --prefix --count-only -w fields
}

watches() {
  ctl put w/a 1
  local revision
  revision=$("$etcd_bin/etcdctl" --endpoints "$endpoint" get w/a -w json | sed -E 's/.*"revision":([0-9]+).*/\1/')
  ctl put w/a 2
  ctl put w/b 1
  ctl del w/a
  ctl put w/a 3
  ctl_in $'\nput w/c 1\nput w/d 1\ndel w/b\n\n\n' txn
  for_a_while 2 watch w/ --prefix --rev "$revision" --prev-kv
  for_a_while 2 watch w/ --prefix --rev "$revision" --prev-kv -w json
  for_a_while 2 watch w/a --rev "$revision" -w fields
  for_a_while 2 watch w/b w/d --rev "$revision"
  for_a_while 2 watch w/c --from-key --rev $((revision + 3))
  for_a_while 2 watch w/ --prefix --rev $((revision + 1000))
  for_a_while 2 watch z a
  for_a_while 3 watch live/ --prefix --prev-kv -w json >"$work/live.$endpoint" &
  local live=$!
  sleep 1
  ctl put live/1 a
  ctl put live/1 b
  ctl put other c
  ctl del live/ --prefix
  wait $live
  cat "$work/live.$endpoint"
}

leases() {
  ctl lease list
  ctl lease timetolive 4711
  ctl lease revoke 4711
  ctl lease keep-alive --once 4711
  lease=$("$etcd_bin/etcdctl" --endpoints "$endpoint" lease grant 600 | sed -E 's/lease ([0-9a-f]+) .*/\1/')
  ctl put l/1 value --lease "$lease"
  ctl put l/2 value --lease "$lease" -w json
  ctl get l/1 -w json
  ctl get l/1 -w fields
  ctl get l/ --prefix --keys-only
  ctl lease timetolive "$lease" | sed -E 's/remaining\([0-9]+s\)/remaining(R)/'
  ctl lease timetolive "$lease" --keys | sed -E 's/remaining\([0-9]+s\)/remaining(R)/; s/l.2 l.1/l\/1 l\/2/'
  ctl lease timetolive "$lease" --keys -w json | sed -E 's/"ttl":[0-9]+/"ttl":R/; s/"keys":\[.*/KEYS IN ANY ORDER/'
  ctl lease keep-alive --once "$lease"
  ctl lease keep-alive --once "$lease" -w json
  ctl lease list
  ctl put l/2 value --ignore-lease
  ctl get l/2 -w json
  ctl put l/2 value
  ctl lease timetolive "$lease" --keys | sed -E 's/remaining\([0-9]+s\)/remaining(R)/'
  ctl lease revoke "$lease"
  ctl lease revoke "$lease"
  ctl get l/ --prefix -w json
  ctl lease timetolive "$lease"
  ctl lease list
  lease=$("$etcd_bin/etcdctl" --endpoints "$endpoint" lease grant 1 | sed -E 's/lease ([0-9a-f]+) .*/\1/')
  ctl lease timetolive "$lease" | sed -E 's/remaining\([0-9]+s\)/remaining(R)/'
  ctl put l/4 value --lease "$lease"
  for_a_while 7 watch l/4 --prev-kv -w json
  ctl get l/4 -w json
  ctl lease keep-alive --once "$lease"
  ctl lease timetolive "$lease" -w json
  lease=none
}

compactions() {
  ctl put k 1
  local revision
  revision=$("$etcd_bin/etcdctl" --endpoints "$endpoint" get k -w json | sed -E 's/.*"revision":([0-9]+).*/\1/')
  ctl put k 2
  ctl del k
  ctl put k 3
  ctl compaction $((revision + 2))
  ctl compaction $((revision + 2))
  ctl compaction $((revision + 1))
  ctl compaction 100000
  ctl compaction $((revision + 3)) --physical
  ctl get k --rev "$revision"
  ctl get k --rev $((revision + 2))
  ctl get k --rev $((revision + 3)) -w json
  ctl get k --rev $((revision + 4))
  ctl get k -w json
  for_a_while 2 watch k --rev "$revision"
  for_a_while 2 watch k --rev $((revision + 3)) -w json
  ctl_in $'\nget k --rev 3\n\n\n' txn
  ctl put k 4
  sleep 1 # etcd's compaction works in the background, and a hash says how far it has come
  ctl endpoint hashkv -w json
  ctl endpoint hashkv --rev $((revision + 4)) -w json
  ctl endpoint hashkv --rev 3
  ctl endpoint hashkv --rev 100000
}

the_rest() {
  ctl member list
  ctl member list -w json
  ctl member list -w fields
  ctl member remove 1234
  ctl member promote 1234
  ctl member update 1234 --peer-urls http://127.0.0.1:1
  ctl member add other --peer-urls nonsense
  ctl endpoint health
  ctl endpoint health -w json
  ctl endpoint status -w json
  ctl endpoint status -w fields
  status_table
  ctl alarm list
  ctl alarm disarm
  ctl defrag | sed -E 's/\[.*\]/[X]/; s/took [^ ]*/took T/'
  ctl move-leader 1234
  ctl check perf --help | head -3
  ctl auth status
}

pages() {
  local path
  for path in /health '/health?serializable=true' '/health?exclude=NOSPACE' /livez '/livez?verbose' /livez/serializable_read \
    /readyz /readyz/data_corruption /readyz/serializable_read /readyz/linearizable_read /readyz/non_learner \
    '/readyz?exclude=nonsense' /readyz/nonsense /version /nothing / /health/; do
    http "$path"
  done
  for path in /health /livez /readyz/non_learner /version /nothing; do
    http "$path" -X POST -d x
    http "$path" -X OPTIONS
    http "$path" -I
  done
}

start etcd "$port" "$etcd_bin/etcd"
# shellcheck disable=SC2086 # a command with its arguments
start quorate $((port + 10)) $store_node
wait_for "$port"
wait_for $((port + 10))
everything() {
  endpoint=127.0.0.1:$1
  local part
  for part in ${PARTS:-keys transactions watches leases compactions the_rest pages}; do
    echo "== $part"
    $part
  done
}
everything "$port" >"$work/etcd.out" 2>&1 &
first=$!
everything $((port + 10)) >"$work/quorate.out" 2>&1 &
second=$!
wait "$first" "$second"
raw=0
if [ -n "${QUORATE_TEST_CLASSPATH:-}" ]; then
  start etcd-raw $((port + 20)) "$etcd_bin/etcd"
  # shellcheck disable=SC2086
  start quorate-raw $((port + 30)) $store_node
  wait_for $((port + 20))
  wait_for $((port + 30))
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "$QUORATE_TEST_CLASSPATH" dev.quorate.store.api.CompareRawCalls \
    $((port + 20)) $((port + 30)) || raw=1
fi
commands=$(grep -c '^\$ ' "$work/etcd.out")
if diff -U "${LINES_AROUND:-4}" --label etcd --label quorate "$work/etcd.out" "$work/quorate.out"; then
  echo "$commands commands, no difference"
  exit $raw
else
  [ -n "${KEEP:-}" ] && cp "$work/etcd.out" "$work/quorate.out" "$KEEP"
  exit 1
fi
