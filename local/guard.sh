#!/bin/sh
# Ends the launcher's children when the launcher is gone, however it went: it holds the other end of this
# script's standard input. Lines: "+ pid" for a child that leads its process group, "- pid" when it has ended.
# A shell and not Node: it does nothing all its life and should cost nothing.
trap '' INT TERM HUP
graceTenths=150
pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="${pids%% "$pid" *} ${pids#* "$pid" }" ;;
  esac
done

remaining() {
  for pid in $pids; do
    # A zombie has ended: nobody may be there to bury it.
    kill -s 0 -- "-$pid" 2>/dev/null && ! grep -qs '^State:[[:space:]]Z' "/proc/$pid/status" && return 0
  done
  return 1
}

signal() {
  for pid in $pids; do kill -s "$1" -- "-$pid" 2>/dev/null; done
}

remaining || exit 0
signal TERM
signal CONT # a frozen process would keep the TERM for later
while remaining && [ "$graceTenths" -gt 0 ]; do
  sleep 0.1
  graceTenths=$((graceTenths - 1))
done
signal KILL
