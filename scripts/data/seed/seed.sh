#!/bin/sh
# Votes for show, in a container: about 2,000 for a and 1,000 for b, by ab, then the tally.
# Each request is a new voter. Set by VOTE_URL, RESULT_URL, POLL, VOTES_A, VOTES_B, CONCURRENCY.
set -eu

vote_url=${VOTE_URL:-http://vote:8080}
result_url=${RESULT_URL:-http://result:8081}
poll=${POLL:-cats-vs-dogs}
concurrency=${CONCURRENCY:-50}
deadline_s=60

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'vote=a' >"$folder/posta"
printf 'vote=b' >"$folder/postb"

# cast OPTION VOTES: what was refused (503 says to come back) is cast again, a second later.
# "Failed requests" has a connection that was reset twice: as Receive, and as one of the Exceptions.
cast() {
  echo "Casting $2 votes for $1"
  left=$2
  end=$(($(date +%s) + deadline_s))
  while [ "$left" -gt 0 ]; do
    ab -q -l -r -n "$left" -c "$((left < concurrency ? left : concurrency))" -p "$folder/post$1" \
      -T application/x-www-form-urlencoded "$vote_url/polls/$poll" >"$folder/report" 2>&1 || { cat "$folder/report" >&2; exit 1; }
    refused=$(awk '/^Non-2xx responses:/ { print $3 }' "$folder/report")
    unanswered=$(awk -F'[:,)]' '/^ *\(Connect:/ { print $2 + ($4 > $8 ? $4 : $8) + 0 }' "$folder/report")
    left=$((${refused:-0} + ${unanswered:-0}))
    [ "$left" -gt 0 ] || break
    if [ "$(date +%s)" -ge "$end" ]; then
      echo "After $deadline_s s $left of $2 votes were still not taken. Is the poll $poll open? See $vote_url/polls/$poll" >&2
      exit 1
    fi
    echo "$left were not taken; casting them again"
    sleep 1
  done
}

total() {
  curl -fsS "$result_url/api/polls/$poll/results.csv" | awk -F, 'NR > 1 { sum += $(NF - 1) } END { print sum + 0 }'
}

before=$(total)
cast a "${VOTES_A:-2000}"
cast b "${VOTES_B:-1000}"

expected=$((before + ${VOTES_A:-2000} + ${VOTES_B:-1000}))
end=$(($(date +%s) + deadline_s))
while [ "$(total)" -lt "$expected" ]; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "After $deadline_s s $(total) of $expected votes are counted. Is a worker running?" >&2
    exit 1
  fi
  sleep 0.2
done
echo
# The file begins with a mark that tells spreadsheets its encoding.
curl -fsS "$result_url/api/polls/$poll/results.csv" | tail -c +4
